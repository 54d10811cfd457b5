using System.Diagnostics;

namespace EndToEnd.Parts;

/// <summary>Baseline: sends blocks with one call each.</summary>
internal sealed class RawBlockWriter(string path) : RawConnectingPart(path)
{
    /// <summary>The first byte of the last block of a round.</summary>
    public const byte Last = 1;

    private readonly byte[] _block = new byte[BlockWriter.BlockBytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 1;
        _block[0] = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await RawSockets.SendAllAsync(Socket, _block);
            count++;
        }
        _block[0] = Last;
        await RawSockets.SendAllAsync(Socket, _block);
        await Socket.ReceiveAsync(_block.AsMemory(0, 1));
        return [count * (double)BlockWriter.BlockBytes / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}
