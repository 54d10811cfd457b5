using System.Diagnostics;
using System.Globalization;

namespace NatsRows;

/// <summary>Channels on a NATS server beside its own client written by hand, with the same guarantees, in turns.</summary>
internal static class Program
{
    private const string Help = """
          NatsRows URL [--server PATH] [--rounds N] [--items N] [--markdown FILE] [ROW...]

        URL         of a server that runs, such as nats://127.0.0.1:4222, with nothing else to do; or the three of a cluster with
                    commas between them, on which the row r3 is measured
        --server    the nats-server of which r3 starts three, unless URL names three; default: that of NATS_SERVER
        --rounds    pairs of measurements; default 5. The median of the ratios is shown
        --items     of a round; default 20,000
        --markdown  a file that gets the table, too
        ROW         write, write-full, read, lease, end-to-end, rtt, rtt-p99, flush, lock, 4x4, r3, vs-hub; default: all
        """;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(5);

    private static readonly string[] s_options = ["--server", "--rounds", "--items", "--markdown"];

    public static async Task<int> Main(string[] args)
    {
        if (args is [] or ["-h" or "--help", ..])
            return await ComplainAsync(Help);
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        List<string> rows = [];
        for (int i = 1; i < args.Length; i++)
        {
            if (s_options.Contains(args[i], StringComparer.Ordinal) && i + 1 < args.Length)
                options[args[i]] = args[++i];
            else if (Rows.All.ContainsKey(args[i]))
                rows.Add(args[i]);
            else
                return await ComplainAsync($"'{args[i]}' is neither an option nor a row.\n{Help}");
        }
        string url = args[0];
        string? binary = options.GetValueOrDefault("--server") ?? Environment.GetEnvironmentVariable("NATS_SERVER");
        if (rows.Count == 0)
            rows.AddRange(Rows.All.Keys);
        bool needsCluster = rows.Exists(static row => Rows.All[row].IsOfCluster) && !url.Contains(',', StringComparison.Ordinal);
        if (needsCluster && binary is null)
        {
            await Console.Error.WriteLineAsync("r3 is left out: it needs the URLs of three servers of a cluster, or a nats-server by --server or NATS_SERVER.");
            rows.RemoveAll(static row => Rows.All[row].IsOfCluster);
            needsCluster = false;
        }
        List<string> table = [];
        await SayAsync("| row | CrossChannels.Nats | baseline | | ratio | target |");
        await SayAsync("|---|---:|---|---:|---:|---|");
        using Cluster? cluster = needsCluster ? Cluster.Start(binary!) : null;
        foreach (string name in rows)
        {
            Row row = Rows.All[name];
            await SayAsync(await MeasureAsync(name, row, row.IsOfCluster ? cluster?.Url ?? url : url, Number("--rounds", 5), Number("--items", 20_000)));
        }
        if (options.TryGetValue("--markdown", out string? file))
            await File.WriteAllLinesAsync(file, table);
        return 0;

        int Number(string option, int otherwise) => options.TryGetValue(option, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

        async Task SayAsync(string line)
        {
            table.Add(line);
            await Console.Out.WriteLineAsync(line);
        }
    }

    private static async Task<string> MeasureAsync(string name, Row row, string url, int rounds, int items)
    {
        int replicas = row.IsOfCluster ? 3 : 1;
        // Each side until it is compiled, as the rows of EndToEnd.
        foreach (Func<Workplace, int, Task<double>> side in (Func<Workplace, int, Task<double>>[])[row.Ours, row.Theirs])
        {
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < s_warmUp)
                await RunAsync(side);
        }
        List<(double Ours, double Theirs)> measured = [];
        for (int i = 0; i < rounds; i++)
            measured.Add((await RunAsync(row.Ours), await RunAsync(row.Theirs)));
        double ratio = Median(measured.Select(static pair => pair.Ours / pair.Theirs));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `nats-{name}` | {Median(measured.Select(static pair => pair.Ours)):N0} {row.Unit} | {row.Baseline} | {Median(measured.Select(static pair => pair.Theirs)):N0} {row.Unit} | {ratio:0.00}x | {row.Target} |");

        async Task<double> RunAsync(Func<Workplace, int, Task<double>> side)
        {
            await using Workplace place = await Workplace.ConnectAsync(url, replicas);
            return await side(place, items / row.Divisor);
        }
    }

    private static async Task<int> ComplainAsync(string text)
    {
        await Console.Error.WriteLineAsync(text);
        return 2;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
