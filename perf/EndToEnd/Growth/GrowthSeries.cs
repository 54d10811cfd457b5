using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Growth;

/// <summary>A series before it is measured. A new one is a small class of these, and its name in <see cref="GrowthList"/>.</summary>
internal abstract class GrowthSeries
{
    public const string Throughput = "throughput";
    public const string RoundTripTime = "round trip, median";

    public abstract string Id { get; }

    public abstract string Title { get; }

    /// <summary>What grows, with its unit.</summary>
    public abstract string X { get; }

    /// <summary>What is measured.</summary>
    public abstract string Y { get; }

    public abstract string Unit { get; }

    public virtual string? Note => null;

    /// <summary>What grows, step by step.</summary>
    public abstract IReadOnlyList<long> Steps { get; }

    public abstract IReadOnlyList<GrowthLine> Lines { get; }

    /// <summary>Why it cannot run here; null if it can.</summary>
    public virtual string? WhyNot() => null;

    /// <summary>All steps; at each the lines take turns, as the sides of a pair do.</summary>
    public async Task<Series> MeasureAsync(Plan plan, Workplace workplace)
    {
        var points = Lines.Select(static _ => new List<SeriesPoint>()).ToArray();
        foreach (long step in Steps)
        {
            IReadOnlyList<double>[] values = await MeasureAsync(step, plan, workplace);
            for (int line = 0; line < points.Length; line++)
                points[line].Add(SeriesPoint.Of(step, values[line]));
            workplace.Say($"{step:N0}: {string.Join("; ", Lines.Select((line, i) => $"{line.Name} {Figure.Of(points[i][^1].Value, Unit)}"))}");
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

    private async Task<IReadOnlyList<double>[]> MeasureAsync(long step, Plan plan, Workplace workplace)
    {
        var sides = new List<Side>();
        try
        {
            foreach (GrowthLine line in Lines)
            {
                sides.Add(await Side.StartAsync(line.Parts(workplace, step), workplace.CancellationToken));
                await sides[^1].WarmUpAsync(plan.WarmUp);
            }
            return await Rounds.RunAsync(sides, plan, (line, figures) => Lines[line].Of(figures));
        }
        finally
        {
            foreach (Side side in sides)
                await side.DisposeAsync();
        }
    }
}
