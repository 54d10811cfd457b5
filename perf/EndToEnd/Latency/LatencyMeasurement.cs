using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Latency;

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
                workplace.Say($"{load.Name}, {line.Name}: p50 {Figure.Of(line.P50, "us")}, p99 {Figure.Of(line.P99, "us")}, largest {Figure.Of(line.Max, "us")}");
                lines.Add(line);
            }
        }
        return new LatencyResult { Time = DateTimeOffset.UtcNow, Rounds = plan.Pairs, SecondsPerRound = plan.Duration.TotalSeconds, Lines = lines };

        async Task<IReadOnlyList<LatencyRound>[]> RoundsAsync(Func<int, double> rate)
        {
            var sides = new List<Side>();
            try
            {
                foreach (Contender contender in Contender.All)
                {
                    sides.Add(await Side.StartAsync(contender.Parts(workplace, rate(sides.Count)), workplace.CancellationToken));
                    await sides[^1].WarmUpAsync(plan.WarmUp);
                }
                return await Rounds.RunAsync(sides, plan, static (_, figures) => LatencyRound.FromFigures(figures));
            }
            finally
            {
                foreach (Side side in sides)
                    await side.DisposeAsync();
            }
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

    private static double Microseconds(Histogram histogram, double percentile) => Statistics.Round(LatencyRound.Microseconds(histogram.At(percentile)));
}
