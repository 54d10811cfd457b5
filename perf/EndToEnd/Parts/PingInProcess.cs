using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: a number there and back over two channels of the base class library, between two tasks.</summary>
internal sealed class PingInProcess : Part
{
    private readonly RoundTrips _trips = new();
    private readonly Channel<long> _there = Channel.CreateBounded<long>(1024);
    private readonly Channel<long> _back = Channel.CreateBounded<long>(1024);

    public override Task StartAsync()
    {
        RunInBackground(async () =>
        {
            while (await _there.Reader.WaitToReadAsync())
                await _back.Writer.WriteAsync(await _there.Reader.ReadAsync());
        });
        return Task.CompletedTask;
    }

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await _there.Writer.WriteAsync(1);
        await _back.Reader.ReadAsync();
    }
}
