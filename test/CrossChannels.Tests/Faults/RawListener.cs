namespace CrossChannels.Tests.Faults;

/// <summary>A real listener on a socket of its own.</summary>
internal sealed class RawListener<TWrite, TRead> : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly DuplexChannelListener<TWrite, TRead> _listener;

    private RawListener(TempDirectory directory, DuplexChannelListener<TWrite, TRead> listener)
    {
        _directory = directory;
        _listener = listener;
    }

    public ChannelAddress Address => _listener.Address;

    public static async Task<RawListener<TWrite, TRead>> StartAsync(DuplexChannelOptions<TWrite, TRead>? options = null)
    {
        var directory = new TempDirectory();
        return new(directory, await CrossChannel.ListenAsync(ChannelAddress.Unix(directory["x.sock"]), options).Done("a listener waits to start"));
    }

    public Task<RawPeer> ConnectAsync() => RawPeer.ConnectAsync(Address);

    public Task<DuplexChannel<TWrite, TRead>> AcceptAsync() => _listener.AcceptAsync().Done("a listener waits for a connection");

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().Done("a listener waits to stop");
        _directory.Dispose();
    }
}
