using System.Globalization;

namespace NatsRows;

/// <summary>Channels on a NATS server beside its own client written by hand, with the same guarantees, in turns.</summary>
internal static class Program
{
    private const string Help = """
          NatsRows URL [--rounds N] [--items N] [ROW...]

        URL       of a server that runs, such as nats://127.0.0.1:4222, with nothing else to do
        --rounds  pairs of measurements; default 5. The median of the ratios is shown
        --items   of a round; default 20,000
        ROW       write, write-full, read, lease, end-to-end, rtt, flush, lock; default: all
        """;

    public static async Task<int> Main(string[] args)
    {
        if (args is [] or ["-h" or "--help", ..])
        {
            await Console.Error.WriteLineAsync(Help);
            return 2;
        }
        int rounds = Number(args, "--rounds", 5), items = Number(args, "--items", 20_000);
        string[] rows = [.. args[1..].Where(static arg => Rows.All.ContainsKey(arg))];
        await Console.Out.WriteLineAsync("| row | CrossChannels.Nats | by hand | ratio |\n|---|---:|---:|---:|");
        foreach ((string name, Row row) in Rows.All.Where(row => rows.Length == 0 || rows.Contains(row.Key, StringComparer.Ordinal)))
        {
            List<(double Ours, double Theirs)> measured = [];
            for (int i = 0; i < rounds; i++)
            {
                await using Workplace ours = await Workplace.ConnectAsync(args[0]);
                double our = await row.Ours(ours, items / row.Divisor);
                await using Workplace theirs = await Workplace.ConnectAsync(args[0]);
                measured.Add((our, await row.ByHand(theirs, items / row.Divisor)));
            }
            double ratio = Median(measured.Select(static pair => pair.Ours / pair.Theirs));
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| `nats-{name}` | {Median(measured.Select(static pair => pair.Ours)):N0} {row.Unit} | {Median(measured.Select(static pair => pair.Theirs)):N0} {row.Unit} | {ratio:0.00} |"));
        }
        return 0;
    }

    private static int Number(string[] args, string option, int otherwise)
    {
        int at = Array.IndexOf(args, option);
        return at < 0 || at + 1 == args.Length ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
