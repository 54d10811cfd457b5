using System.Threading.Channels;
using CrossChannels.Tests.Transports;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class ListenerTests
{
    private readonly ChannelAddress _address = ChannelAddress.Memory(TransportTest.UniqueName());

    [TestMethod]
    public async Task AcceptAsync_SeveralConnect_EachIsAChannelOfItsOwn()
    {
        await using DuplexChannelListener<int, int> listener = await ListenAsync();
        for (int i = 0; i < 3; i++)
        {
            await using DuplexChannel<int, int> client = await CrossChannel.ConnectAsync<int, int>(_address).Done();
            await using DuplexChannel<int, int> server = await listener.AcceptAsync().Done();
            await client.Writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await server.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task AcceptAsync_WithATimeout_TakesWhatIsThere_AndNamesTheAddressWhenNothingComes()
    {
        await using DuplexChannelListener<int, int> listener = await ListenAsync();
        TimeoutException e = await Assert.ThrowsExactlyAsync<TimeoutException>(() => listener.AcceptAsync(TimeSpan.Zero).AsTask().Done());
        StringAssert.Contains(e.Message, _address.ToString());
        await using DuplexChannel<int, int> client = await CrossChannel.ConnectAsync<int, int>(_address).Done();
        await using DuplexChannel<int, int> server = await listener.AcceptAsync(Wait.Deadline).Done();
        await client.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await server.Reader.ReadAsync().Done());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => { _ = listener.AcceptAsync(TimeSpan.FromSeconds(-2)); });
    }

    [TestMethod]
    public async Task AcceptAsync_NoneComesInTime_ThrowsAndTakesTheNextOne()
    {
        await using DuplexChannelListener<int, int> listener = await ListenAsync();
        TimeoutException e = await Assert.ThrowsExactlyAsync<TimeoutException>(
            () => listener.AcceptAsync(TimeSpan.FromMilliseconds(20)).Done());
        StringAssert.Contains(e.Message, _address.ToString());
        using var source = new CancellationTokenSource();
        Task<DuplexChannel<int, int>> canceled = listener.AcceptAsync(Timeout.InfiniteTimeSpan, source.Token).AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await Assert.ThrowsAsync<OperationCanceledException>(() => canceled.Done())).CancellationToken);
        await using DuplexChannel<int, int> client = await CrossChannel.ConnectAsync<int, int>(_address).Done();
        await using DuplexChannel<int, int> server = await listener.AcceptAsync(Wait.Deadline).Done();
    }

    [TestMethod]
    public async Task ConnectAsync_FirstOwnerNeverGreets_IsTriedAgainWithinConnectTimeout()
    {
        ITransportListener silent = await TransportTest.ListenAsync(_address);
        var link = new ConnectionOptions { GreetingTimeout = TimeSpan.FromMilliseconds(50), ConnectTimeout = Wait.Deadline };
        Task<DuplexChannel<int, int>> connecting = CrossChannel.ConnectAsync<int, int>(_address, new() { Connection = link });
        await using TransportConnection first = await silent.AcceptAsync();
        await using TransportConnection second = await silent.AcceptAsync();
        Assert.IsFalse(connecting.IsCompleted);
        await silent.DisposeAsync();
        await using DuplexChannelListener<int, int> listener = await ListenAsync();
        await using DuplexChannel<int, int> client = await connecting.Done();
    }

    [TestMethod]
    public async Task ConnectAsync_OwnerNeverGreets_EndsAtConnectTimeoutWithTheLastCause()
    {
        await using ITransportListener silent = await TransportTest.ListenAsync(_address);
        var link = new ConnectionOptions { GreetingTimeout = TimeSpan.FromMilliseconds(20), ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        LinkTimeoutException e = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(
            () => CrossChannel.ConnectAsync<int, int>(_address, new() { Connection = link }).Done());
        StringAssert.Contains(e.Message, "within ConnectTimeout, 0.1 s");
        StringAssert.Contains(e.Message, "did not greet within GreetingTimeout, 0.02 s");
        Assert.IsInstanceOfType<LinkTimeoutException>(e.InnerException);
    }

    [TestMethod]
    public async Task ConnectAsync_BeforeListenAsync_Waits()
    {
        Task<DuplexChannel<int, int>> connecting = CrossChannel.ConnectAsync<int, int>(_address);
        await using DuplexChannelListener<int, int> listener = await ListenAsync();
        await using DuplexChannel<int, int> client = await connecting.Done();
    }

    [TestMethod]
    public async Task ConnectAsync_NobodyListens_NamesTheAddress()
    {
        LinkTimeoutException e = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => CrossChannel.ConnectAsync<int, int>(
            _address, new() { Connection = new() { ConnectTimeout = TimeSpan.FromMilliseconds(20) } }).Done());
        StringAssert.Contains(e.Message, _address.ToString());
        using var source = new CancellationTokenSource();
        Task<DuplexChannel<int, int>> connecting = CrossChannel.ConnectAsync<int, int>(_address, null, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => connecting.Done());
    }

    [TestMethod]
    public async Task DisposeAsync_FreesTheAddress_AndAcceptedChannelsLiveOn()
    {
        DuplexChannelListener<int, int> first = await ListenAsync();
        await using DuplexChannel<int, int> client = await CrossChannel.ConnectAsync<int, int>(_address).Done();
        await using DuplexChannel<int, int> server = await first.AcceptAsync().Done();
        await Assert.ThrowsExactlyAsync<EndpointException>(ListenAsync);
        Task<DuplexChannel<int, int>> accepting = first.AcceptAsync().AsTask();
        await Task.WhenAll(first.DisposeAsync().AsTask(), first.DisposeAsync().AsTask()).Done();
        first.Dispose();
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => accepting.Done());
        await first.Accepted.Completion.Done();

        await using DuplexChannelListener<int, int> second = await ListenAsync();
        await client.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await server.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task DisposeAsync_NobodyTookTheConnection_AbortsIt()
    {
        DuplexChannelListener<int, int> listener = await ListenAsync();
        await using DuplexChannel<int, int> client = await CrossChannel.ConnectAsync<int, int>(_address).Done();
        await listener.Accepted.WaitToReadAsync().Done();
        await listener.DisposeAsync().Done();
        await Assert.ThrowsExactlyAsync<LinkAbortedException>(() => client.Reader.Completion.Done());
    }

    [TestMethod]
    public async Task MaxLinks_TheNextWaitsUntilOneCloses()
    {
        await using DuplexChannelListener<int, int> listener = await ListenAsync(new() { MaxLinks = 1 });
        DuplexChannel<int, int> first = await CrossChannel.ConnectAsync<int, int>(_address).Done();
        DuplexChannel<int, int> accepted = await listener.AcceptAsync().Done();
        Task<DuplexChannel<int, int>> second = CrossChannel.ConnectAsync<int, int>(_address, new() { Connection = new() { GreetingTimeout = Wait.Deadline } });
        await first.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await accepted.Reader.ReadAsync().Done());
        Assert.IsFalse(second.IsCompleted);
        await Task.WhenAll(first.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask()).Done();
        await using DuplexChannel<int, int> client = await second.Done();
    }

    [TestMethod]
    public async Task MaxPendingGreetings_ASilentPeerHoldsItsPlaceAndNoMore()
    {
        await using DuplexChannelListener<int, int> listener = await ListenAsync(
            new() { MaxPendingGreetings = 1, GreetingTimeout = Timeout.InfiniteTimeSpan });
        TransportConnection silent = await TransportTest.ConnectAsync(_address);
        Assert.AreNotEqual(0, await silent.Input.ReadAsync(new byte[16]).Done());
        Task<DuplexChannel<int, int>> connecting = CrossChannel.ConnectAsync<int, int>(_address, new() { Connection = new() { GreetingTimeout = Wait.Deadline } });
        Assert.IsFalse(connecting.IsCompleted);
        await silent.DisposeAsync();
        await using DuplexChannel<int, int> client = await connecting.Done();
    }

    [TestMethod]
    public async Task GreetingTimeout_SilentPeer_IsLetGo()
    {
        var log = new LogList();
        await using DuplexChannelListener<int, int> listener = await ListenAsync(
            new() { MaxPendingGreetings = 1, GreetingTimeout = TimeSpan.FromMilliseconds(20), Logger = log });
        await using TransportConnection silent = await TransportTest.ConnectAsync(_address);
        await Wait.Until(() => log.Count("GreetingFailed") > 0);
        Assert.IsInstanceOfType<LinkTimeoutException>(log.ErrorOf("GreetingFailed"));
    }

    [TestMethod]
    public async Task GarbageGreeting_IsRefusedAndTheListenerLives()
    {
        var log = new LogList();
        await using DuplexChannelListener<int, int> listener = await ListenAsync(new() { Logger = log });
        await using TransportConnection stranger = await TransportTest.ConnectAsync(_address);
        await stranger.Output.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()).Done();
        await Wait.Until(() => log.Count("GreetingFailed") > 0);
        await using DuplexChannel<int, int> client = await CrossChannel.ConnectAsync<int, int>(_address).Done();
    }

    private Task<DuplexChannelListener<int, int>> ListenAsync() => ListenAsync(new());

    private Task<DuplexChannelListener<int, int>> ListenAsync(ConnectionOptions settings) =>
        CrossChannel.ListenAsync<int, int>(_address, new() { Connection = settings }).Done();
}
