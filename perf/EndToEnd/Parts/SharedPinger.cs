using System.Runtime.CompilerServices;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Writes a number to one channel of a hub and waits until it comes back through another.</summary>
internal sealed class SharedPinger(string address) : Part
{
    private readonly RoundTrips _trips = new();
    private CrossChannelWriter<long>? _there;
    private CrossChannelReader<long>? _back;

    public override async Task StartAsync()
    {
        ChannelAddress hub = ChannelAddress.Parse(address, null);
        _there = await CrossChannel.OpenWriterAsync<long>(hub.WithChannel(OwnerEcho.There));
        _back = await CrossChannel.OpenReaderAsync<long>(hub.WithChannel(OwnerEcho.Back));
    }

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    public override async ValueTask StopAsync()
    {
        await (_there?.DisposeAsync() ?? default);
        await (_back?.DisposeAsync() ?? default);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await _there!.WriteAsync(1);
        await _back!.ReadAsync();
    }
}
