using System.CommandLine;
using System.CommandLine.Parsing;
using EndToEnd.Commands;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd;

/// <summary>The command line; see <c>docs/performance.md</c>.</summary>
internal static class Program
{
    private const int MaxPairs = 1000;

    // After Ctrl+C processes are ended and what was built for a comparison is removed.
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromSeconds(60);

    private static int Main(string[] args)
    {
        var scenario = new Option<string[]>("--scenario")
        {
            Description = "Rows to measure, separated by commas, or all.",
            CustomParser = ParseIds,
        };
        var pairs = new Option<int>("--pairs") { Description = "Interleaved pairs a row.", DefaultValueFactory = static _ => Plan.DefaultPairs };
        pairs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxPairs)
                result.AddError($"--pairs is 1 to {MaxPairs}.");
        });
        var quick = new Option<bool>("--quick") { Description = "One short pair a row, for trying out." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the result file." };
        var enforce = new Option<bool>("--enforce") { Description = "End with 1 if a target is missed." };

        var root = new RootCommand("Measures CrossChannels between processes, each row beside its baseline in the same run.") { scenario, pairs, quick, json, enforce };
        root.SetAction((result, cancellationToken) => Runner.RunAsync(
            ScenarioList.Select(result.GetValue(scenario)),
            result.GetValue(quick) ? Plan.Quick : Plan.Full(result.GetValue(pairs)),
            result.GetValue(json),
            result.GetValue(enforce),
            cancellationToken));
        root.Add(GrowthCommand.New());
        root.Add(LatencyCommand.New());
        root.Add(ReportCommand.New());
        root.Add(TableCommand.New());
        root.Add(PeerCommand());
        root.Add(CompareCommand.Create());
        root.Add(CalibrateCommand.Create());
        return root.Parse(args).Invoke(new InvocationConfiguration { ProcessTerminationTimeout = s_cleanUp });
    }

    internal static string[]? ParseIds(ArgumentResult result)
    {
        const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] ids = [.. result.Tokens.SelectMany(static token => token.Value.Split(',', Trimmed))];
        foreach (string id in ids)
        {
            if (id != ScenarioList.AllRows && !ScenarioList.Ids.Contains(id, StringComparer.Ordinal))
                result.AddError($"There is no row '{id}'. Rows: {string.Join(", ", ScenarioList.Ids)}.");
        }
        if (ids.Length == 0)
            result.AddError("Name a row, or all.");
        return ids;
    }

    private static Command PeerCommand()
    {
        var part = new Argument<string>("part");
        var arguments = new Argument<string[]>("arguments");
        var peer = new Command("peer", "Plays one part of a scenario; started by the program itself.") { part, arguments };
        peer.Hidden = true;
        peer.SetAction(result => PeerHost.Run(result.GetRequiredValue(part), result.GetValue(arguments) ?? []));
        return peer;
    }
}
