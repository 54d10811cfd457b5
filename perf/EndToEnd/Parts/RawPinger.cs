using System.Runtime.CompilerServices;

namespace EndToEnd.Parts;

/// <summary>Baseline: sends eight bytes and waits until they are back.</summary>
internal sealed class RawPinger(string path) : RawConnectingPart(path)
{
    private readonly RoundTrips _trips = new();
    private readonly byte[] _bytes = new byte[sizeof(long)];

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await Socket.SendAsync(_bytes.AsMemory());
        await Socket.ReceiveAsync(_bytes.AsMemory());
    }
}
