using System.Buffers;
using System.Diagnostics;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Writes items of bytes in memory that it rents and does not touch, so that what is measured is the hand-over.</summary>
internal sealed class RentWriter(string address, int bytes) : ConnectingPart<IMemoryOwner<byte>, NoItem>(address)
{
    private const int ItemsPerLook = 16;

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            for (int i = 0; i < ItemsPerLook; i++)
            {
                using IMemoryOwner<byte> item = Writer.Rent(bytes);
                await Writer.WriteAsync(item);
            }
            count += ItemsPerLook;
        }
        await Writer.JoinAsync();
        return [Stopwatch.GetElapsedTime(started).TotalMicroseconds / count, count];
    }
}
