using System.Diagnostics;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Peers;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd.Comparing;

/// <summary>What a set of processes is for.</summary>
internal enum Role
{
    /// <summary>Of the old version, and no part of the test: shows how far the old version differs from itself.</summary>
    Self,

    /// <summary>Of the old version.</summary>
    Old,

    /// <summary>Of the new version.</summary>
    New,
}

/// <summary>In which order the sets of a scenario have their turns.</summary>
internal static class Turns
{
    /// <summary>Old, new, new, old and so on, with the sets for the comparison with itself spread evenly between them.</summary>
    public static IReadOnlyList<Role> Order(int setsPerVersion, int selfSets)
    {
        var order = new List<Role>();
        int selfDone = 0;
        for (int pair = 0; pair < setsPerVersion; pair++)
        {
            order.AddRange(pair % 2 == 0 ? [Role.Old, Role.New] : [Role.New, Role.Old]);
            for (; selfDone < (pair + 1) * selfSets / setsPerVersion; selfDone++)
                order.Add(Role.Self);
        }
        return order;
    }

    /// <summary>Every other cycle runs backwards: what drifts within a cycle favors neither version.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyList<T> sets, int cycle) => cycle % 2 == 0 ? sets : sets.Reverse();
}

/// <summary>Measures one scenario with both versions: many sets of processes, all alive, that take turns.</summary>
/// <param name="scenario">The one.</param>
/// <param name="rows">Which of its rows are wanted, and their places.</param>
/// <param name="tests">Tests of the whole comparison.</param>
/// <param name="old">The one version.</param>
/// <param name="new">The other version.</param>
/// <param name="plan">How much is measured.</param>
/// <param name="threshold">The smallest difference that matters, as a fraction.</param>
internal sealed class ScenarioSession(
    Pair scenario, IReadOnlyList<(RowSpec Row, int Place)> rows, int tests, ComparedVersion old, ComparedVersion @new,
    ComparisonPlan plan, double threshold)
{
    // Starting is waiting, in part: for processes, and for the compiler to come to rest.
    private const int StartedAtOnce = 2;

    /// <summary>How long each round is; known once it runs.</summary>
    public TimeSpan Round { get; private set; }

    /// <summary>Runs all cycles.</summary>
    /// <param name="setsPerVersion">Sets of each version that are compared.</param>
    /// <param name="budget">For starting, and for all cycles.</param>
    /// <param name="cancellationToken">All processes are ended before this returns.</param>
    public async Task<IReadOnlyList<ProcessSet>> RunAsync(int setsPerVersion, TimeSpan budget, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        using var workplace = new Workplace(scenario.Rows[0].Id, cancellationToken);
        IReadOnlyList<Role> roles = Turns.Order(setsPerVersion, plan.SelfSets);
        var sets = new ProcessSet?[roles.Count];
        try
        {
            workplace.Say($"starts {roles.Count} sets of processes");
            await StartAsync(sets, roles, workplace);
            await RunAsync(sets!, setsPerVersion, budget - Stopwatch.GetElapsedTime(started), workplace);
            return sets!;
        }
        finally
        {
            await Task.WhenAll(sets.Select(static async set => await (set?.DisposeAsync() ?? default)));
        }
    }

    private async Task StartAsync(ProcessSet?[] sets, IReadOnlyList<Role> roles, Workplace workplace)
    {
        // Addresses are handed out here, one after the other.
        SideSpec[] sides = [.. roles.Select(_ => scenario.OurSide(workplace))];
        Round = plan.RoundPerProcess * sides[0].Parts.Count;
        var options = new ParallelOptions { MaxDegreeOfParallelism = StartedAtOnce, CancellationToken = workplace.CancellationToken };
        await Parallel.ForAsync(0, sets.Length, options, async (i, token) =>
        {
            string executable = roles[i] == Role.New ? @new.Executable : old.Executable;
            sets[i] = await ProcessSet.StartAsync(executable, sides[i], roles[i], plan.WarmUp, token);
        });
    }

    private async Task RunAsync(ProcessSet[] sets, int setsPerVersion, TimeSpan budget, Workplace workplace)
    {
        for (int cycle = 0; cycle < plan.SettlingCycles; cycle++)
            await RunCycleAsync(sets, cycle, static (set, round) => set.RunAsync(round, isCounted: false));

        long started = Stopwatch.GetTimestamp();
        int done = 0;
        for (; done < plan.MinCycles; done++)
            await RunCycleAsync(sets, done, static (set, round) => set.RunAsync(round, isCounted: true));

        TimeSpan cycleTime = Stopwatch.GetElapsedTime(started) / done;
        int affordable = (int)Math.Clamp((budget / cycleTime) - plan.SettlingCycles - 1, done, ComparisonPlan.MaxCycles);
        int needed = Needed(sets, setsPerVersion);
        int wanted = Math.Clamp(needed, done, affordable);
        workplace.Say($"{wanted} cycles of {cycleTime.TotalSeconds:N1} s"
            + (needed <= affordable ? ""
                : $"; the noise asks for {(needed >= ComparisonPlan.MaxCycles ? "more than " : "")}{needed}, and the budget has no more"));
        for (; done < wanted; done++)
            await RunCycleAsync(sets, done, static (set, round) => set.RunAsync(round, isCounted: true));
        if (CounterInfo.WhyNot(Counter.SystemCalls) is null)
            await RunCycleAsync(sets, done, static (set, round) => set.RunCountedAsync(round));
    }

    private async Task RunCycleAsync(ProcessSet[] sets, int cycle, Func<ProcessSet, TimeSpan, Task> run)
    {
        foreach (ProcessSet set in Turns.Of(sets, cycle))
            await run(set, Round);
    }

    /// <summary>How many cycles a difference of the threshold needs, by the sets that take no part in the test.</summary>
    private int Needed(ProcessSet[] sets, int setsPerVersion)
    {
        var counts = rows.Select(row => CounterInfo.ThatSpeakFor(row.Row)
            .Min(counter => Spread.Of(RowCosts.Of(sets, Role.Self, counter, row.Row, row.Place)).Cycles(Math.Log(1 + threshold), setsPerVersion, tests)));
        return (int)Math.Min(ComparisonPlan.MaxCycles, Math.Ceiling(counts.Max()));
    }
}

/// <summary>
/// The processes that play a scenario once, of one version, and the rounds they have had. They stay alive between rounds.
/// </summary>
internal sealed class ProcessSet : IAsyncDisposable
{
    private readonly Side _side;
    private readonly CancellationToken _cancellationToken;
    private readonly List<Round> _rounds = [];
    private CounterReading _asking;

    private ProcessSet(Side side, Role role, CancellationToken cancellationToken)
    {
        _side = side;
        _cancellationToken = cancellationToken;
        Role = role;
    }

    public Role Role { get; }

    /// <summary>The rounds that count.</summary>
    public IReadOnlyList<Round> Rounds => _rounds;

    /// <summary>A round of its own in which system calls were counted.</summary>
    public Round? Counted { get; private set; }

    public static async Task<ProcessSet> StartAsync(
        string executable, SideSpec spec, Role role, TimeSpan warmUp, CancellationToken cancellationToken)
    {
        Side side = await Side.StartAsync(spec, cancellationToken, executable);
        try
        {
            await side.WarmUpAsync(warmUp);
            var set = new ProcessSet(side, role, cancellationToken);
            await set.LearnAskingAsync();
            return set;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    /// <summary>One round.</summary>
    /// <param name="duration">About how long.</param>
    /// <param name="isCounted">False for one whose figures are dropped.</param>
    public async Task RunAsync(TimeSpan duration, bool isCounted)
    {
        Round round = await RunAsync(duration);
        if (isCounted)
            _rounds.Add(round);
    }

    /// <summary>The last round, in which system calls are counted; nothing else of it is used, because counting them takes time.</summary>
    public async Task RunCountedAsync(TimeSpan duration)
    {
        foreach (Peer peer in _side.Peers)
            await peer.AskAsync(Requests.CountCalls, _cancellationToken);
        await LearnAskingAsync();
        Counted = await RunAsync(duration);
    }

    public ValueTask DisposeAsync() => _side.DisposeAsync();

    private async Task<Round> RunAsync(TimeSpan duration)
    {
        CounterReading before = await ReadAsync();
        double[] figures = await _side.RunAsync(duration);
        return new Round(figures, await ReadAsync() - before - _asking);
    }

    /// <summary>Reading the counters costs as well. The first reading is dearer than the others.</summary>
    private async Task LearnAskingAsync()
    {
        await ReadAsync();
        CounterReading before = await ReadAsync();
        _asking = await ReadAsync() - before;
    }

    private async Task<CounterReading> ReadAsync()
    {
        CounterReading sum = default;
        foreach (Peer peer in _side.Peers)
            sum += CounterReading.Of(await peer.AskAsync(Requests.Counters, _cancellationToken));
        return sum;
    }
}

/// <summary>One turn of one set: the figures of its driver, and what all its processes used.</summary>
/// <param name="Figures">One a row of the scenario; the last is the number of items.</param>
/// <param name="Used">Less what asking for it costs.</param>
internal sealed record Round(double[] Figures, CounterReading Used)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>The unit of <see cref="Cost"/>.</summary>
    public static string UnitOf(Counter counter, RowSpec row) => counter switch
    {
        Counter.Time when row.Unit == "B/s" => "ns/B",
        Counter.Time when IsRate(row) => "ns",
        Counter.Time => row.Unit,
        Counter.CpuTime => "ns",
        Counter.AllocatedBytes => "B",
        _ => "",
    };

    /// <summary>What an item of a row cost; less is better.</summary>
    /// <param name="counter">What is counted.</param>
    /// <param name="row">The row.</param>
    /// <param name="place">The place of the row in its scenario.</param>
    public double Cost(Counter counter, RowSpec row, int place) => counter switch
    {
        Counter.Time => IsRate(row) ? NanosecondsPerSecond / Figures[place] : Figures[place],
        Counter.CpuTime => AnItem(Used.CpuNanoseconds),
        Counter.SystemCalls => AnItem(Used.SystemCalls),
        Counter.VoluntarySwitches => AnItem(Used.VoluntarySwitches),
        Counter.InvoluntarySwitches => AnItem(Used.InvoluntarySwitches),
        Counter.AllocatedBytes => AnItem(Used.AllocatedBytes),
        _ => AnItem(Used.Instructions),
    };

    private static bool IsRate(RowSpec row) => row.Unit.EndsWith("/s", StringComparison.Ordinal);

    private double AnItem(double used) => Math.Max(0, used) / Figures[^1];
}

/// <summary>Takes out of the rounds what a test needs.</summary>
internal static class RowCosts
{
    /// <summary>For the test by one counter.</summary>
    public static Costs Of(IReadOnlyList<ProcessSet> sets, Counter counter, RowSpec row, int place) =>
        new(Of(sets, Role.Self, counter, row, place), Of(sets, Role.Old, counter, row, place), Of(sets, Role.New, counter, row, place));

    /// <summary>Logarithms, a list a set, one entry a cycle.</summary>
    public static IReadOnlyList<IReadOnlyList<double>> Of(IReadOnlyList<ProcessSet> sets, Role role, Counter counter, RowSpec row, int place) =>
        [.. sets.Where(set => set.Role == role).Select(set => Logarithms(Rounds(set, counter), counter, row, place))];

    /// <summary>The median cost, over all rounds of a role.</summary>
    public static double Median(IReadOnlyList<ProcessSet> sets, Role role, Counter counter, RowSpec row, int place) => Statistics.Median(
        [.. sets.Where(set => set.Role == role).SelectMany(set => Rounds(set, counter)).Select(round => round.Cost(counter, row, place))]);

    private static IReadOnlyList<Round> Rounds(ProcessSet set, Counter counter) =>
        counter != Counter.SystemCalls ? set.Rounds : set.Counted is { } counted ? [counted] : [];

    private static double[] Logarithms(IReadOnlyList<Round> rounds, Counter counter, RowSpec row, int place) =>
        [.. rounds.Select(round => Math.Log(round.Cost(counter, row, place) + CounterInfo.Resolution(counter)))];
}
