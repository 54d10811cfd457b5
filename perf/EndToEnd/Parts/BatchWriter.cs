using System.Diagnostics;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Writes numbers, many a call.</summary>
internal sealed class BatchWriter(string address) : ConnectingPart<long, NoItem>(address)
{
    public const int ItemsPerCall = 1024;

    private readonly long[] _items = new long[ItemsPerCall];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await Channel.Writer.WriteManyAsync(_items);
            count += ItemsPerCall;
        }
        await Channel.Writer.JoinAsync();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}
