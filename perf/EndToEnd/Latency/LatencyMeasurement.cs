using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd.Latency;

/// <summary>How much is offered.</summary>
/// <param name="Name">In the report.</param>
/// <param name="Rate">Items a second, of the most that a contender carries.</param>
internal sealed record Load(string Name, Func<double, double> Rate)
{
    public static readonly IReadOnlyList<Load> All =
    [
        new("100 items/s", static _ => 1e2),
        new("1,000 items/s", static _ => 1e3),
        new("10,000 items/s", static _ => 1e4),
        new("100,000 items/s", static _ => 1e5),
        new("50 % of its maximum", static most => most * 0.5),
        new("80 % of its maximum", static most => most * 0.8),
    ];
}

/// <summary>One of those whose latency is compared.</summary>
/// <param name="Name">In the report.</param>
/// <param name="Processes">Those of one rate; the one that reads last.</param>
internal sealed record Contender(string Name, Func<double, Processes> Processes)
{
    private const int Capacity = 1024;

    public static readonly IReadOnlyList<Contender> All =
    [
        new("CrossChannels", static rate => Ours.Stamps(Capacity, rate)),
        new("Unix socket", Theirs.SocketStamps),
        new("Channel<T> in process", static rate => Theirs.Alone(PartSpec.Of<StampsInProcess>(Capacity, rate))),
    ];
}

/// <summary>Measures how much each contender carries, then how long items take at each load.</summary>
internal static class LatencyMeasurement
{
    public static async Task<LatencyResult> RunAsync(Plan plan, Workplace workplace)
    {
        IReadOnlyList<LatencyRound>[] unpaced = await RoundsAsync(static _ => OpenLoop.Unpaced);
        double[] most = [.. unpaced.Select(static rounds => Statistics.Median([.. rounds.Select(static round => round.Rate)]))];
        for (int i = 0; i < most.Length; i++)
            workplace.Say($"{Contender.All[i].Name} carries {Figure.Of(most[i], "items/s")}");

        var lines = new List<LatencyLine>();
        foreach (Load load in Load.All)
        {
            IReadOnlyList<LatencyRound>[] rounds = await RoundsAsync(i => load.Rate(most[i]));
            for (int i = 0; i < rounds.Length; i++)
            {
                LatencyLine line = Line(Contender.All[i].Name, load.Name, load.Rate(most[i]), rounds[i]);
                workplace.Say($"{load.Name}, {line.Name}: p50 {Figure.Of(line.P50, "us")}, p99 {Figure.Of(line.P99, "us")}, "
                    + $"largest {Figure.Of(line.Max, "us")}");
                lines.Add(line);
            }
        }
        return new LatencyResult
        {
            Time = DateTimeOffset.UtcNow,
            Rounds = plan.Pairs,
            SecondsPerRound = plan.Duration.TotalSeconds,
            Lines = lines,
        };

        async Task<IReadOnlyList<LatencyRound>[]> RoundsAsync(Func<int, double> rate)
        {
            IReadOnlyList<double[]>[] rounds = await Rounds.RunAsync(
                Contender.All.Select((contender, i) => new SideSpec(contender.Processes(rate(i))(workplace))),
                plan,
                onRound: null,
                workplace.CancellationToken);
            return [.. rounds.Select(static side => (IReadOnlyList<LatencyRound>)[.. side.Select(LatencyRound.FromFigures)])];
        }
    }

    /// <summary>All rounds as one distribution.</summary>
    private static LatencyLine Line(string name, string load, double offered, IReadOnlyList<LatencyRound> rounds)
    {
        Histogram latency = new(), lateness = new();
        foreach (LatencyRound round in rounds)
        {
            latency.Add(round.Latency);
            lateness.Add(round.Lateness);
        }
        return new LatencyLine
        {
            Name = name,
            Load = load,
            Offered = Statistics.Round(offered),
            Achieved = Statistics.Round(Statistics.Median([.. rounds.Select(static round => round.Rate)])),
            Count = latency.Count,
            P50 = Microseconds(latency, 50),
            P90 = Microseconds(latency, 90),
            P99 = Microseconds(latency, 99),
            P999 = Microseconds(latency, 99.9),
            Max = Microseconds(latency, 100),
            P99Low = rounds.Min(static round => Microseconds(round.Latency, 99)),
            P99High = rounds.Max(static round => Microseconds(round.Latency, 99)),
            Late99 = Microseconds(lateness, 99),
        };
    }

    private static double Microseconds(Histogram histogram, double percentile) =>
        Statistics.Round(LatencyRound.Microseconds(histogram.At(percentile)));
}
