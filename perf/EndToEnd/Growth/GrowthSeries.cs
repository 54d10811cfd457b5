using EndToEnd.Peers;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>One of those that a series compares.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Processes">Those of one step.</param>
/// <param name="Figure">Which of a round's figures is shown.</param>
internal sealed record GrowthLine(string Name, Func<long, Processes> Processes, Func<double[], double> Figure)
{
    public GrowthLine(string name, Func<long, Processes> processes, int figure = 0)
        : this(name, processes, figures => figures[figure])
    {
    }
}

/// <summary>A series before it is measured.</summary>
/// <param name="Id">Its name on the command line.</param>
/// <param name="Title">In the report.</param>
/// <param name="X">What grows, with its unit.</param>
/// <param name="Y">What is measured.</param>
/// <param name="Unit">Of what is measured.</param>
/// <param name="Note">What else a reader has to know.</param>
/// <param name="Steps">What grows, step by step.</param>
/// <param name="Lines">Those that are compared.</param>
internal sealed record GrowthSeries(
    string Id, string Title, string X, string Y, string Unit, string Note, IReadOnlyList<long> Steps,
    params IReadOnlyList<GrowthLine> Lines)
{
    /// <summary>Why it cannot run here; null if it can.</summary>
    public Func<string?> WhyNot { get; init; } = static () => null;

    /// <summary>All steps, each with processes of its own; at each the lines take turns, as the sides of a pair do.</summary>
    public async Task<Series> MeasureAsync(Plan plan, Workplace workplace)
    {
        var points = Lines.Select(static _ => new List<SeriesPoint>()).ToArray();
        foreach (long step in Steps)
        {
            IReadOnlyList<double[]>[] rounds = await Rounds.RunAsync(
                Lines.Select(line => new SideSpec(line.Processes(step)(workplace))), plan, onRound: null, workplace.CancellationToken);
            for (int line = 0; line < points.Length; line++)
                points[line].Add(SeriesPoint.Of(step, [.. rounds[line].Select(Lines[line].Figure)]));
            IEnumerable<string> seen = Lines.Select((line, i) => $"{line.Name} {Results.Figure.Of(points[i][^1].Value, Unit)}");
            workplace.Say($"{step:N0}: {string.Join("; ", seen)}");
        }
        return ToSeries(plan) with { Lines = [.. Lines.Select((line, i) => new SeriesLine(line.Name, points[i]))] };
    }

    public Series Skip(Plan plan, string reason) => ToSeries(plan) with { Skipped = reason };

    private Series ToSeries(Plan plan) => new()
    {
        Id = Id,
        Title = Title,
        X = X,
        Y = Y,
        Unit = Unit,
        Note = Note,
        Time = DateTimeOffset.UtcNow,
        Rounds = plan.Pairs,
        SecondsPerRound = plan.Duration.TotalSeconds,
        Lines = [],
    };
}
