using CrossChannels.Links;

namespace CrossChannels.Tests.Injection;

/// <summary>What all tests of this process run under: an exporter that fails, and a scheduler that permutes. CROSSCHANNELS_SEED repeats a seed.</summary>
[TestClass]
public sealed class SuiteFaults
{
    private static FaultyExporter? s_exporter;

    [AssemblyInitialize]
    public static void Begin(TestContext context)
    {
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
