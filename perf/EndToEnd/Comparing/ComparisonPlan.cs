using EndToEnd.Comparing.Judging;

namespace EndToEnd.Comparing;

/// <summary>How much is measured to compare two versions.</summary>
/// <param name="RoundPerProcess">One turn of one set of processes, by the number of them.</param>
/// <param name="WarmUp">Of each set, before its first round.</param>
/// <param name="SelfSets">Sets of the old version that the others of it are compared with.</param>
/// <param name="SettlingCycles">First cycles, which do not count.</param>
/// <param name="MinCycles">After so many cycles it is decided how many more are needed.</param>
/// <param name="Budget">For all scenarios together, without building.</param>
internal sealed record ComparisonPlan(TimeSpan RoundPerProcess, TimeSpan WarmUp, int SelfSets, int SettlingCycles, int MinCycles, TimeSpan Budget)
{
    public const int MaxCycles = 1000;

    private const int MinSets = 6;
    private const int MaxSets = 12;

    // How dear a round is depends on how it happened to begin, so many short rounds tell more than few long ones: of tp-unix and rtt-unix those of 50 ms
    // twice as much in the same time as those of 200 ms. Nine processes on two cores need as long as that before they are all at work.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(0.025);

    private static readonly TimeSpan s_fullScenario = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_fullBudget = TimeSpan.FromMinutes(12.5);
    private static readonly TimeSpan s_quickScenario = TimeSpan.FromSeconds(27);

    /// <summary>The rows of a quick comparison that names none.</summary>
    public static readonly IReadOnlyList<string> QuickRows = ["tp-unix", "tp-record", "rtt-unix"];

    /// <param name="scenarios">How many are measured.</param>
    /// <param name="budget">What the user grants; null for the default.</param>
    public static ComparisonPlan Quick(int scenarios, TimeSpan? budget) =>
        new(s_round, TimeSpan.FromSeconds(0.3), SelfSets: 3, SettlingCycles: 3, MinCycles: 7, budget ?? (scenarios * s_quickScenario));

    /// <inheritdoc cref="Quick"/>
    public static ComparisonPlan Full(int scenarios, TimeSpan? budget) =>
        new(s_round, TimeSpan.FromSeconds(0.6), SelfSets: 4, SettlingCycles: 3, MinCycles: 7, budget ?? Min(scenarios * s_fullScenario, s_fullBudget));

    /// <summary>How many sets each version needs, so that the exact test can be certain enough for so many tests at once.</summary>
    public static int SetsPerVersion(int tests)
    {
        int sets = MinSets;
        // Half of the level: the most extreme outcome alone would be a needle's eye.
        while (sets < MaxSets && RankSum.SmallestPValue(sets, sets) > VerdictRule.Alpha / tests / 2)
            sets++;
        return sets;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
