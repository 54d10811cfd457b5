using System.Diagnostics;
using System.Threading.Channels;

namespace EndToEnd.Parts;

/// <summary>The loops that write and read item by item: the same code on both sides of a pair.</summary>
internal static class ItemLoops
{
    /// <summary>Ends a round of numbers.</summary>
    public const long Last = -1;

    /// <summary>How often the clock is looked at where items are small.</summary>
    public const int SmallItemsPerLook = 256;

    /// <summary>Writes for as long as a round lasts and waits until the last item has been read.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="item">What is written, again and again.</param>
    /// <param name="last">What is written last.</param>
    /// <param name="itemsPerLook">The clock is looked at once in so many items.</param>
    /// <param name="drained">Waits until the last item has been read.</param>
    /// <param name="duration">How long to write.</param>
    /// <returns>Items a second, from the first write until the last is read, and how many items.</returns>
    public static async Task<double[]> WriteAsync<T>(ChannelWriter<T> writer, T item, T last, int itemsPerLook, Func<Task> drained, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long count = 1;
        while (Stopwatch.GetTimestamp() < end)
        {
            for (int i = 0; i < itemsPerLook; i++)
            {
                while (!writer.TryWrite(item))
                {
                    if (!await writer.WaitToWriteAsync())
                        throw new ChannelClosedException();
                }
            }
            count += itemsPerLook;
        }
        await writer.WriteAsync(last);
        await drained();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    /// <summary>Reads numbers until the channel is over.</summary>
    public static async Task ReadAsync(ChannelReader<long> reader, Action onLast)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out long item))
            {
                if (item == Last)
                    onLast();
            }
        }
    }
}
