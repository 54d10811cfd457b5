using System.Diagnostics;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>What every transport promises.</summary>
public abstract class TransportContract
{
    /// <summary>An address that no other test uses, on which a listener can be opened again.</summary>
    protected abstract ChannelAddress NewAddress();

    /// <summary>The settings of both ends.</summary>
    internal virtual ConnectionOptions Settings(TimeSpan connectTimeout) => new() { ConnectTimeout = connectTimeout };

    private ConnectionOptions Patient => Settings(TransportTest.Deadline);

    [TestMethod]
    public async Task Connection_BytesBothWays_Arrive()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener, Patient);
        await using (client)
        await using (server)
        {
            byte[] sent = new byte[1 << 20];
            new Random(1).NextBytes(sent);
            Task echo = EchoAsync(server, sent.Length);
            Task write = client.Output.WriteAsync(sent).Done();
            byte[] received = new byte[sent.Length];
            await client.Input.ReadExactlyAsync(received).Done();
            await Task.WhenAll(echo, write);
            CollectionAssert.AreEqual(sent, received);
        }
    }

    [TestMethod]
    public async Task Dispose_PeerReads_SeesWhatWasWrittenThenTheEnd()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener, Patient);
        await using (server)
        {
            await client.Output.WriteAsync(new byte[] { 1, 2, 3 }).Done();
            await client.DisposeAsync();
            byte[] received = new byte[3];
            await server.Input.ReadExactlyAsync(received).Done();
            CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, received);
            Assert.AreEqual(0, await server.Input.ReadAsync(received).Done());
        }
    }

    [TestMethod]
    public async Task Dispose_PeerWrites_FailsInTheEnd()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener, Patient);
        await using (client)
        {
            await server.DisposeAsync();
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                while (true)
                {
                    await client.Output.WriteAsync(new byte[1 << 16]).Done();
                }
            });
        }
    }

    [TestMethod]
    public async Task Dispose_DuringRead_EndsTheRead()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener, Patient);
        await using (server)
        {
            Task<int> read = client.Input.ReadAsync(new byte[1]).Done();
            await client.DisposeAsync();
            Exception? e = await CaughtAsync(read);
            // A socket is shut down before it is closed, so that the read may see the end instead.
            Assert.IsTrue(e is null ? await read == 0 : e is IOException or ObjectDisposedException, $"{e}");
        }
    }

    [TestMethod]
    public async Task Dispose_DuringBlockedWrite_EndsTheWrite()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        (TransportConnection client, TransportConnection server) = await TransportTest.PairAsync(listener, Patient);
        await using (server)
        {
            Task write = client.Output.WriteAsync(new byte[64 << 20]).Done();
            Assert.IsFalse(write.IsCompleted, "Nobody reads, so 64 MiB cannot be gone.");
            await client.DisposeAsync();
            Exception? e = await CaughtAsync(write);
            Assert.IsTrue(e is IOException or ObjectDisposedException, $"{e}");
        }
    }

    [TestMethod]
    public async Task Connect_BeforeListen_Waits()
    {
        ChannelAddress address = NewAddress();
        ValueTask<TransportConnection> connecting = Transport.ConnectAsync(address, Patient, CancellationToken.None);
        Assert.IsFalse(connecting.IsCompleted);
        await using ITransportListener listener = await TransportTest.ListenAsync(address, Patient);
        await using TransportConnection client = await connecting.Done();
        await using TransportConnection server = await listener.AcceptAsync();
    }

    [TestMethod]
    public async Task Connect_NobodyListens_ThrowsWithTheAddressAndTheError()
    {
        ChannelAddress address = NewAddress();
        LinkTimeoutException? e = null;
        // Where not even the first attempt comes to its end in time there is no error to tell of.
        for (int milliseconds = 200; e?.InnerException is null && milliseconds < 30_000; milliseconds *= 3)
            e = await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => TransportTest.ConnectAsync(address, Settings(TimeSpan.FromMilliseconds(milliseconds))));
        StringAssert.Contains(e!.Message, address.ToString());
        StringAssert.Contains(e.Message, "Last error");
        Assert.IsNotNull(e.InnerException);
    }

    [TestMethod]
    public async Task Connect_TimeoutZero_TriesOnce()
    {
        ChannelAddress address = NewAddress();
        await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => TransportTest.ConnectAsync(address, Settings(TimeSpan.Zero)));
        await using ITransportListener listener = await TransportTest.ListenAsync(address, Patient);
        await using TransportConnection client = await TransportTest.ConnectAsync(listener.Address, Settings(TimeSpan.Zero));
    }

    [TestMethod]
    public async Task Connect_Canceled_ThrowsWithTheToken()
    {
        using CancellationTokenSource source = new();
        ValueTask<TransportConnection> connecting = Transport.ConnectAsync(NewAddress(), Settings(Timeout.InfiniteTimeSpan), source.Token);
        await source.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAsync<OperationCanceledException>(() => connecting.Done());
        Assert.AreEqual(source.Token, e.CancellationToken);
    }

    [TestMethod]
    public async Task Listen_NameIsTaken_ThrowsAndTheFirstLivesOn()
    {
        await using ITransportListener first = await TransportTest.ListenAsync(NewAddress(), Patient);
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => TransportTest.ListenAsync(first.Address, Patient));
        StringAssert.Contains(e.Message, "already listening");
        Task<TransportConnection> connecting = TransportTest.ConnectAsync(first.Address, Patient);
        await using TransportConnection accepted = await first.AcceptAsync();
        await using TransportConnection connected = await connecting;
    }

    [TestMethod]
    public async Task Listen_AfterDispose_TakesTheNameAgain()
    {
        ITransportListener first = await TransportTest.ListenAsync(NewAddress(), Patient);
        await first.DisposeAsync();
        await using ITransportListener second = await TransportTest.ListenAsync(first.Address, Patient);
        Assert.AreEqual(first.Address, second.Address);
    }

    [TestMethod]
    public async Task Listen_WithChannel_KeepsIt()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress().WithChannel("parts"), Patient);
        Assert.AreEqual("parts", listener.Address.Channel);
    }

    [TestMethod]
    public async Task Accept_DisposedMeanwhile_Throws()
    {
        ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(CancellationToken.None);
        Assert.IsFalse(accepting.IsCompleted);
        await Task.WhenAll(listener.DisposeAsync().Done(), listener.DisposeAsync().Done());
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => accepting.Done());
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => listener.AcceptAsync());
        await listener.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task Accept_Canceled_ThrowsAndTheListenerLivesOn()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        using CancellationTokenSource source = new();
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => accepting.Done());
        await using TransportConnection client = await TransportTest.ConnectAsync(listener.Address, Patient);
        await using TransportConnection server = await listener.AcceptAsync();
    }

    [TestMethod]
    public async Task Connect_ManyAtOnce_AllAreAccepted()
    {
        await using ITransportListener listener = await TransportTest.ListenAsync(NewAddress(), Patient);
        Task<TransportConnection>[] connecting = [.. Enumerable.Range(0, 50).Select(_ => TransportTest.ConnectAsync(listener.Address, Patient))];
        foreach (Task<TransportConnection> one in connecting)
        {
            await using TransportConnection server = await listener.AcceptAsync();
        }

        foreach (TransportConnection client in await Task.WhenAll(connecting))
        {
            await client.DisposeAsync();
        }
    }

    private static async Task EchoAsync(TransportConnection connection, int count)
    {
        byte[] buffer = new byte[10_000];
        while (count > 0)
        {
            int read = await connection.Input.ReadAsync(buffer).Done();
            Debug.Assert(read > 0);
            await connection.Output.WriteAsync(buffer.AsMemory(0, read)).Done();
            count -= read;
        }
    }

    private static async Task<Exception?> CaughtAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
