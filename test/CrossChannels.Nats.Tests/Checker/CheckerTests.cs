using System.Diagnostics;
using System.Globalization;

namespace CrossChannels.Nats.Tests.Checker;

/// <summary>
/// Writers, readers and users of a lock in processes of their own, while processes are killed and stopped, connections cut and held up, and the server killed and stopped: what all of them have
/// written down is checked against what is promised.
/// </summary>
/// <remarks>
/// CROSSCHANNELS_LONG=1 runs new seeds for an hour, or for CROSSCHANNELS_SECONDS; CROSSCHANNELS_SEED runs that one alone.
/// </remarks>
[TestClass]
public sealed class CheckerTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task ProcessesConnectionsAndTheServerAreHarmed_EveryPromiseHolds()
    {
        bool isLong = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1";
        TimeSpan each = isLong ? s_long : s_short;
        if (Variable("CROSSCHANNELS_SEED") is { } only)
        {
            await RunAsync(CheckerPlan.Make(only, each));
            return;
        }
        if (!isLong)
        {
            CheckerPlan plan = CheckerPlan.Make(seed: 1, each);
            // Each asks for what the other has to let pass.
            await RunAsync(plan with { Writers = 2, Capacity = 20, KillsServer = true, StopsServer = true });
            await RunAsync(plan with { Seed = 2, KillsServer = false, StopsServer = false });
            return;
        }
        TimeSpan duration = TimeSpan.FromSeconds(Variable("CROSSCHANNELS_SECONDS") ?? 3600);
        long started = Stopwatch.GetTimestamp();
        int first = Environment.TickCount & 0xFFFFFF, seed = first;
        for (; Stopwatch.GetElapsedTime(started) < duration; seed++)
            await RunAsync(CheckerPlan.Make(seed, each));
        TestContext.WriteLine($"{seed - first} runs from seed {first} on.");
    }

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    private async Task RunAsync(CheckerPlan plan)
    {
        await using var run = new CheckerRun(plan);
        TestContext.WriteLine(await run.RunAsync());
    }
}
