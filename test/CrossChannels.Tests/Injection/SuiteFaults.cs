using System.Globalization;
using CrossChannels.Links;

namespace CrossChannels.Tests.Injection;

/// <summary>What all tests of this process run under: an exporter that fails, and a scheduler that permutes. CROSSCHANNELS_SEED repeats a seed.</summary>
[TestClass]
public sealed class SuiteFaults
{
    private static FaultyExporter? s_exporter;

    /// <summary>Of this run; a failure that depends on it says so by <see cref="Wait"/>.</summary>
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CROSSCHANNELS_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : Random.Shared.Next();

    [AssemblyInitialize]
    public static void Begin(TestContext context)
    {
        context.WriteLine($"CROSSCHANNELS_SEED={Seed}");
        s_exporter = new FaultyExporter(new FaultPlan(Seed, oneIn: 200));
        WorkScheduler.Default = new PermutingScheduler(Seed);
    }

    [AssemblyCleanup]
    public static void End()
    {
        s_exporter!.Dispose();
        s_exporter.Plan.AssertNoLockWasHeld();
    }
}
