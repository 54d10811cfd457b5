using System.Net.Sockets;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>What is measured together and gives one row or more.</summary>
internal abstract class Scenario(params RowSpec[] rows)
{
    public IReadOnlyList<RowSpec> Rows => rows;

    /// <summary>It takes so long, or so many files, that it runs only when its row is named.</summary>
    public bool IsOnRequest { get; init; }

    /// <summary>Why it cannot run here; null if it can.</summary>
    public virtual string? WhyNot() => null;

    /// <summary>Why it cannot be compared with another version; null if it can.</summary>
    public virtual string? WhyNotCompared() => "no rounds that could take turns; to be run alone, with each version";

    /// <summary>Measures; one result a row, in the order of <see cref="Rows"/>.</summary>
    public abstract Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace);
}

/// <summary>A scenario with a baseline: both sides live in processes of their own, side by side, and take turns.</summary>
internal sealed class Pair(params RowSpec[] rows) : Scenario(rows)
{
    /// <summary>The library's side, at addresses that only it has.</summary>
    public required Processes Ours { get; init; }

    /// <summary>The baseline.</summary>
    public required Processes Theirs { get; init; }

    /// <summary>How many of the library's parts, the last ones, run the rounds together.</summary>
    public int Drivers { get; init; } = 1;

    /// <summary>Why the library's side cannot run here; null if it can.</summary>
    public Func<string?> WhyNotOurs { get; init; } = static () => null;

    /// <summary>Why the other side cannot run here; null if it can.</summary>
    public Func<string?> WhyNotTheirs { get; init; } = static () => null;

    /// <summary>The row whose library side is this one's too; null if there is none.</summary>
    public string? SameAs { get; init; }

    /// <summary>Whether the library's side uses workers, which old versions do not have.</summary>
    public bool NeedsWorkers { get; init; }

    public static string? WhyNoSockets() => Socket.OSSupportsUnixDomainSockets ? null : "the system has no Unix sockets";

    public override string? WhyNot() => WhyNoSockets() ?? WhyNotOurs() ?? WhyNotTheirs();

    public override string? WhyNotCompared() => SameAs is { } row ? $"of the library, the same as {row}" : WhyNotOld ?? WhyNoSockets() ?? WhyNotOurs();

    /// <summary>Why old versions cannot be compared, which do not have what the library's side needs; null if they can.</summary>
    public string? WhyNotOld { get; init; }

    /// <summary>The library's side, for one set of processes.</summary>
    public SideSpec OurSide(Workplace workplace) => new(Ours(workplace), Drivers);

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        IReadOnlyList<double[]>[] figures = await Rounds.RunAsync(
            [OurSide(workplace), new SideSpec(Theirs(workplace))],
            plan,
            sides => workplace.Say($"pair {sides[0].Count} of {plan.Pairs}: {Describe(sides[0][^1], sides[1][^1])}"),
            workplace.CancellationToken);
        return [.. Rows.Select((_, i) => new Measurement(Column(figures[0], i), Column(figures[1], i)))];
    }

    private static double[] Column(IReadOnlyList<double[]> rounds, int place) => [.. rounds.Select(round => round[place])];

    private string Describe(double[] values, double[] baselines) => string.Join("; ", Rows.Select((row, i) =>
        $"{Figure.Of(values[i], row.Unit)} against {Figure.Of(baselines[i], row.Unit)}, {Figure.Of(values[i] / baselines[i])}x"));
}
