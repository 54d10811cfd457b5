using System.Runtime.CompilerServices;

namespace EndToEnd.Parts;

/// <summary>Writes a number and waits until it is back.</summary>
internal sealed class Pinger(string address) : ConnectingPart<long, long>(address)
{
    private readonly RoundTrips _trips = new();

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await Channel.Writer.WriteAsync(1);
        await Channel.Reader.ReadAsync();
    }
}
