using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>A real hub on a socket of its own, and clients of it that speak bytes.</summary>
internal sealed class RawHub : IAsyncDisposable
{
    private const int MaxItemBytes = 16 << 20;

    private readonly TempDirectory _directory;

    private RawHub(TempDirectory directory, ChannelHub hub)
    {
        _directory = directory;
        Hub = hub;
    }

    public ChannelHub Hub { get; }

    public static async Task<RawHub> StartAsync(TimeSpan? revokeTimeout = null, TimeSpan? drainTimeout = null)
    {
        var directory = new TempDirectory();
        var settings = new HubOptions
        {
            RevokeTimeout = revokeTimeout ?? TimeSpan.FromSeconds(30),
            DrainTimeout = drainTimeout ?? TimeSpan.FromMilliseconds(100),
            Connection = new ConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(1) },
        };
        return new(directory, await ChannelHub.StartAsync(ChannelAddress.Unix(directory["x.sock"]), settings).Done());
    }

    public ChannelAddress Address(string name) => Hub.Address.WithChannel(name);

    public async Task<RawPeer> ConnectWriterAsync<T>(string name)
    {
        RawPeer raw = await RawPeer.ConnectAsync(Hub.Address);
        await raw.SendAsync(new LinkIdentity(Contract<T>(), ItemContract.None, name, new ConnectionOptions(), LinkRole.Writer).Greeting(), Wire.Welcome(0, 1 << 20));
        await raw.ReadGreetingAsync();
        await raw.ReadFrameAsync(FrameType.Welcome);
        return raw;
    }

    /// <param name="name">Of the channel.</param>
    /// <param name="items">The reader's first credit.</param>
    /// <param name="isLeased">What it asks for.</param>
    public async Task<RawPeer> ConnectReaderAsync<T>(string name, long items, bool isLeased = false)
    {
        RawPeer raw = await RawPeer.ConnectAsync(Hub.Address);
        LinkRole role = isLeased ? LinkRole.LeasedReader : LinkRole.Reader;
        await raw.SendAsync(new LinkIdentity(ItemContract.None, Contract<T>(), name, new ConnectionOptions(), role).Greeting(), Wire.Welcome(items, 1L << 40, MaxItemBytes));
        await raw.ReadGreetingAsync();
        await raw.ReadFrameAsync(FrameType.Welcome);
        return raw;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync().Done();
        _directory.Dispose();
    }

    private static ItemContract Contract<T>() => ItemCodec.Create(new ItemOptions<T>()).Contract;
}
