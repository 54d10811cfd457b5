using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CrossChannels.Nats.Tests;

/// <summary>What code that takes a ChannelReader and a ChannelWriter may rely on, over a server; what differs is listed here, by name.</summary>
[TestClass]
public sealed class ContractTests : ChannelCore, IDisposable
{
    private readonly ConcurrentBag<NatsChannels> _connections = [];

    public void Dispose()
    {
        foreach (NatsChannels nats in _connections)
            _ = nats.DisposeAsync().AsTask();
    }

    internal override async Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { MaxUnconfirmed = 1 }, test: test);
        _connections.Add(nats);
        SharedChannel<int> owner = options is BoundedChannelOptions bounded
            ? await nats.CreateBoundedAsync<int>("contract", bounded).Done("the channel", test)
            : await nats.CreateUnboundedAsync<int>("contract").Done("the channel", test);
        CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("contract").Done("the writer", test);
        CrossChannelReader<int> reader = await nats.OpenReaderAsync<int>("contract").Done("the reader", test);
        return new Ends<int>(writer, reader, owner, writer, reader) { IsWriterShared = true, IsReaderShared = true };
    }

    internal override void AssertError(Exception expected, Exception? actual)
    {
        RemoteChannelException remote = Assert.IsInstanceOfType<RemoteChannelException>(actual);
        Assert.AreEqual(expected.GetType().FullName, remote.RemoteTypeName);
        Assert.AreEqual(expected.Message, remote.RemoteMessage);
    }
}
