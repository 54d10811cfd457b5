using System.Diagnostics;
using System.Globalization;
using CrossChannels.TestChild;

namespace CrossChannels.Tests.Hub;

/// <summary>Several readers and writers in processes of their own on one channel, some of which are killed, stopped or leave: every item is accounted for.</summary>
/// <remarks>
/// CROSSCHANNELS_LONG=1 runs new seeds for an hour, or for CROSSCHANNELS_SECONDS; CROSSCHANNELS_SEED runs that one alone.
/// </remarks>
[TestClass]
public sealed class AccountingTests
{
    private const int Seeds = 8;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task Ends_AreKilledStoppedAndLeave_EveryItemIsAccountedFor()
    {
        if (Variable("CROSSCHANNELS_SEED") is { } only)
        {
            await RunAsync(only);
            return;
        }
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
        {
            await Parallel.ForEachAsync(Enumerable.Range(1, Seeds), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) => await RunAsync(seed));
            return;
        }
        TimeSpan duration = TimeSpan.FromSeconds(Variable("CROSSCHANNELS_SECONDS") ?? 3600);
        long started = Stopwatch.GetTimestamp();
        int next = Environment.TickCount & 0xFFFFFF;
        int runs = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(next, int.MaxValue - next).TakeWhile(_ => Stopwatch.GetElapsedTime(started) < duration),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (seed, _) =>
            {
                await RunAsync(seed);
                Interlocked.Increment(ref runs);
            });
        TestContext.WriteLine($"{runs} runs from seed {next} on.");
    }

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    private static Task RunAsync(int seed) => RunAsync(AccountingPlan.Make(seed));

    internal static async Task RunAsync(AccountingPlan plan)
    {
        if (plan.Kind == "long")
        {
            await using var run = new AccountingRun<long>(plan, static id => id, static item => item);
            await run.RunAsync();
        }
        else
        {
            await using var run = new AccountingRun<byte[]>(plan, NumberedItem.MakeBytes, NumberedItem.ReadBytes);
            await run.RunAsync();
        }
    }
}
