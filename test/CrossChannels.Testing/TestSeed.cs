using System.Globalization;

namespace CrossChannels.Testing;

/// <summary>The seed of a run of tests; CROSSCHANNELS_SEED repeats one, and a wait that fails names it.</summary>
internal static class TestSeed
{
    public static int Value { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CROSSCHANNELS_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : Random.Shared.Next();
}
