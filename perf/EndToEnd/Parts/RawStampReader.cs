using System.Runtime.InteropServices;
using EndToEnd.Latency;

namespace EndToEnd.Parts;

/// <summary>Baseline: receives time stamps, as many a call as are there.</summary>
internal sealed class RawStampReader(string path) : RawConnectingPart(path)
{
    private const int BufferBytes = 64 * 1024;

    private readonly LatencyRound _round = new();
    private readonly byte[] _buffer = new byte[BufferBytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _round.Clear();
        await RawSockets.SendAllAsync(Socket, BitConverter.GetBytes(duration.TotalSeconds));
        int kept = 0;
        while (await Socket.ReceiveAsync(_buffer.AsMemory(kept)) is var count and > 0)
        {
            kept += count;
            int whole = kept - (kept % Stamp.Bytes);
            if (!Record(_buffer.AsSpan(0, whole)))
                return _round.ToFigures();
            _buffer.AsSpan(whole, kept - whole).CopyTo(_buffer);
            kept -= whole;
        }
        throw new EndOfStreamException("The writer left.");
    }

    private bool Record(ReadOnlySpan<byte> bytes)
    {
        foreach (Stamp stamp in MemoryMarshal.Cast<byte, Stamp>(bytes))
        {
            if (!_round.Record(stamp))
                return false;
        }
        return true;
    }
}
