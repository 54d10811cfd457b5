using CrossChannels.Links;

namespace CrossChannels.Tests.Injection;

/// <summary>What all tests of this process run under: an exporter that fails, and a scheduler that permutes. CROSSCHANNELS_SEED repeats a seed.</summary>
[TestClass]
public sealed class SuiteFaults
{
    private static FaultyExporter? s_exporter;

    // Some tests block threads of the pool on purpose, and those beside them would wait for one as long as a hub waits for an answer.
    private const int LeastThreads = 16;

    [AssemblyInitialize]
    public static void Begin(TestContext context)
    {
        ThreadPool.SetMinThreads(LeastThreads, LeastThreads);
        context.WriteLine($"CROSSCHANNELS_SEED={TestSeed.Value}");
        s_exporter = new FaultyExporter(new FaultPlan(TestSeed.Value, oneIn: 200));
        WorkScheduler.Default = new PermutingScheduler(TestSeed.Value);
    }

    [AssemblyCleanup]
    public static void End()
    {
        s_exporter!.Dispose();
        s_exporter.Plan.AssertNoLockWasHeld();
    }
}
