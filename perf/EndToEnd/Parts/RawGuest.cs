using System.Diagnostics;
using System.Net.Sockets;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: connects, exchanges as many bytes as a greeting has, and closes, again and again.</summary>
internal sealed class RawGuest(string path) : Part
{
    public const int GreetingBytes = 256;

    private readonly byte[] _greeting = new byte[GreetingBytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        do
        {
            using Socket socket = await RawSockets.ConnectAsync(path);
            await RawSockets.SendAllAsync(socket, _greeting);
            if (!await RawSockets.ReceiveAllAsync(socket, _greeting))
                throw new IOException("The host closed before it greeted.");
            count++;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return [Stopwatch.GetElapsedTime(started).TotalMicroseconds / count, count];
    }
}
