using System.Globalization;
using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Rewrites words of a lane, as a peer can that means harm, while both ends use it.</summary>
[SupportedOSPlatform("linux")]
internal static class LaneMutator
{
    /// <summary>How many words a test rewrites; the environment variable CROSSCHANNELS_MUTATIONS says it.</summary>
    public static int Words { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CROSSCHANNELS_MUTATIONS"), CultureInfo.InvariantCulture, out int count) ? count : 4_000;

    /// <summary>Rewrites one word: mostly what both ends look at, which is header, table and the first items. Half of the new values are near the old ones, so that they pass more checks.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="favorites">Where the words are in its header that matter most.</param>
    /// <param name="random">Decides.</param>
    public static unsafe void Rewrite(LaneEnd lane, ReadOnlySpan<int> favorites, Random random)
    {
        long words = Math.Min(lane.Layout.Length, lane.Layout.ChunksStart + 10_000) / sizeof(long);
        long at = random.Next(3) switch
        {
            0 => random.NextInt64(words),
            1 => random.NextInt64(LaneLayout.HeaderBytes / sizeof(long)),
            _ => favorites[random.Next(favorites.Length)] / sizeof(long),
        };
        long* word = (long*)lane.Segment.Start + at;
        bool isMild = random.Next(2) == 0;
        Volatile.Write(ref *word, isMild ? Volatile.Read(ref *word) + random.Next(-2, 3) : random.NextInt64() >> random.Next(64));
    }
}
