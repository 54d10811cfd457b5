using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>Opens remote ends over one connection a hub.</summary>
internal sealed class HubClients : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ChannelAddress, Task<ChannelHubClient>> _clients = new();

    public static HubOptions Serve(HubOptions? given) => (given ?? new()) with { Protocols = [new MultiplexedHubProtocol()] };

    public ConnectionOptions Options() => new() { ConnectCallback = ConnectAsync };

    public async ValueTask DisposeAsync()
    {
        foreach (Task<ChannelHubClient> client in _clients.Values)
            await (await client).DisposeAsync();
    }

    private async ValueTask<IDuplexPipe> ConnectAsync(ChannelAddress address, CancellationToken cancellationToken)
    {
        ChannelHubClient client = await _clients.GetOrAdd(address.WithChannel(null), static hub => ChannelHubClient.ConnectAsync(hub));
        return await client.Connection.ConnectCallback!(address, cancellationToken);
    }
}

/// <summary>What a hub's channel promises at a remote reader, which shares its connection.</summary>
[TestClass]
public sealed class MultiplexedRemoteReaderTests : RemoteReaderContract, IAsyncDisposable
{
    private readonly HubClients _clients = new();

    private protected override bool IsWriterRemote => false;

    public ValueTask DisposeAsync() => _clients.DisposeAsync();

    private protected override HubOptions? HubOptionsOf(HubOptions? given) => HubClients.Serve(given);

    private protected override ConnectionOptions? RemoteOptions() => _clients.Options();
}

/// <summary>What a hub's channel promises at a remote writer, which shares its connection.</summary>
[TestClass]
public sealed class MultiplexedRemoteWriterTests : HubContract, IAsyncDisposable
{
    private readonly HubClients _clients = new();

    private protected override bool IsWriterRemote => true;

    private protected override bool IsReaderRemote => false;

    public ValueTask DisposeAsync() => _clients.DisposeAsync();

    private protected override HubOptions? HubOptionsOf(HubOptions? given) => HubClients.Serve(given);

    private protected override ConnectionOptions? RemoteOptions() => _clients.Options();
}
