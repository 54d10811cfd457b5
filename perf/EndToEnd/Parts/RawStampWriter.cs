using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EndToEnd.Latency;

namespace EndToEnd.Parts;

/// <summary>Baseline: sends time stamps with one call each.</summary>
internal sealed class RawStampWriter(string path, string rate) : RawListeningPart(path)
{
    private readonly double _rate = double.Parse(rate, CultureInfo.InvariantCulture);

    protected override async Task ServeAsync(Socket socket)
    {
        byte[] request = new byte[sizeof(double)];
        byte[] item = new byte[Stamp.Bytes];
        while (await RawSockets.ReceiveAllAsync(socket, request))
            await OpenLoop.RunAsync(_rate, TimeSpan.FromSeconds(BitConverter.ToDouble(request)), SendAsync);

        ValueTask SendAsync(Stamp stamp)
        {
            MemoryMarshal.Write(item, in stamp);
            return SendItemAsync(socket, item);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SendItemAsync(Socket socket, byte[] item) => await RawSockets.SendAllAsync(socket, item);
}
