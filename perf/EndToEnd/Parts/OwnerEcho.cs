using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Owns a hub with a channel each way, and sends every number of one back through the other.</summary>
internal sealed class OwnerEcho(string address) : Part
{
    /// <summary>The names of the two channels.</summary>
    public const string There = "there", Back = "back";

    private const int Capacity = 1024;

    private ChannelHub? _hub;

    public override async Task StartAsync()
    {
        _hub = await ChannelHub.StartAsync(address);
        SharedChannel<long> there = _hub.CreateBounded<long>(There, Capacity), back = _hub.CreateBounded<long>(Back, Capacity);
        RunInBackground(async () =>
        {
            while (await there.Reader.WaitToReadAsync())
                await back.Writer.WriteAsync(await there.Reader.ReadAsync());
        });
    }

    public override ValueTask StopAsync() => _hub?.DisposeAsync() ?? default;
}
