namespace CrossChannels.Tests.Faults;

/// <summary>Owners that are late, restart, or run out of files; and two versions of an item type.</summary>
[TestClass]
public sealed class OwnerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["x.sock"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Connect_BeforeListen_Waits()
    {
        Task<DuplexChannel<long, NoItem>> connecting = CrossChannel.ConnectAsync<long, NoItem>(Address, new() { Connection = new() { ConnectTimeout = Wait.Deadline } });
        Assert.IsFalse(connecting.IsCompleted);
        await using DuplexChannelListener<NoItem, long> listener = await CrossChannel.ListenAsync<NoItem, long>(Address).Done("a listener waits to start");
        await using DuplexChannel<long, NoItem> there = await connecting.Done("a peer waits for its owner");
        await using DuplexChannel<NoItem, long> here = await listener.AcceptAsync().Done("a listener waits for a peer");
        there.Writer.Complete();
        await here.Reader.Completion.Done("the reader waits for its end");
    }

    [TestMethod]
    public async Task Connect_NobodyListens_ErrorHasTheResolvedPath()
    {
        string name = $"test-{Guid.NewGuid():N}";
        var e = await CrossChannel.ConnectAsync<long, NoItem>(name, new() { Connection = new() { ConnectTimeout = TimeSpan.FromMilliseconds(50) } })
            .Fails<LinkTimeoutException>("a peer waits for an owner that never comes");
        StringAssert.Contains(e.Message, $"{name}");
        StringAssert.Contains(e.Message, "unix:/");
        Assert.AreEqual(EndingKind.TimedOut, e.Kind);
    }

    [TestMethod]
    public async Task Owner_RestartsWhileOthersConnect_AllGetIn()
    {
        DuplexChannelListener<NoItem, long> listener = await CrossChannel.ListenAsync<NoItem, long>(Address).Done("a listener waits to start");
        ConnectionOptions patient = new() { ConnectTimeout = Wait.Deadline };
        Task<DuplexChannel<long, NoItem>[]> connecting = Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => CrossChannel.ConnectAsync<long, NoItem>(Address, new() { Connection = patient })));
        for (int restart = 0; restart < 5; restart++)
        {
            await listener.DisposeAsync().Done("a listener waits to stop");
            listener = await CrossChannel.ListenAsync<NoItem, long>(Address).Done("a listener waits to start again");
        }
        DuplexChannel<long, NoItem>[] channels = await connecting.Done("the peers of an owner that restarts wait to connect");
        foreach (DuplexChannel<long, NoItem> channel in channels)
            channel.Abort();
        await listener.DisposeAsync().Done("a listener waits to stop");
    }

    [TestMethod]
    public async Task Owner_Killed_PeersSeeItAndASuccessorTakesThem()
    {
        await using ChildProcess first = ChildProcess.Start("own-channel", Address.ToString());
        Assert.AreEqual("listening", await first.ReadLineAsync());
        DuplexChannel<long, long> channel = await CrossChannel.ConnectAsync<long, long>(Address).Done("a peer waits to connect");
        await EchoAsync(channel, 1);
        await first.KillAsync();
        await channel.Reader.Completion.Fails<ConnectionLostException>("the reader of a killed owner waits for its end");
        Task<DuplexChannel<long, long>> again = CrossChannel.ConnectAsync<long, long>(Address, new() { Connection = new() { ConnectTimeout = Wait.Deadline } });
        await using ChildProcess second = ChildProcess.Start("own-channel", Address.ToString());
        await using DuplexChannel<long, long> successor = await again.Done("a peer waits for the successor");
        await EchoAsync(successor, 2);
        Assert.AreEqual(0, await second.FinishAsync());
    }

    [TestMethod]
    public async Task Owner_HasNoFilesLeft_OpenLinksLiveAndTheNextGetsInLater()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Sets a limit of Linux.");
        await using ChildProcess owner = ChildProcess.Start("own-channel", Address.ToString());
        Assert.AreEqual("listening", await owner.ReadLineAsync());
        await using DuplexChannel<long, long> open = await CrossChannel.ConnectAsync<long, long>(Address).Done("the first peer waits to connect");
        await EchoAsync(open, 1);
        await owner.SayAsync("hoard");
        Assert.AreEqual("hoard", await owner.ReadLineAsync());
        Task<DuplexChannel<long, long>> next = CrossChannel.ConnectAsync<long, long>(
            Address, new() { Connection = new() { GreetingTimeout = Wait.Deadline, ConnectTimeout = Wait.Deadline } });
        for (int i = 0; i < 20; i++)
            await EchoAsync(open, i);
        Assert.IsFalse(next.IsCompleted);
        await owner.SayAsync("release");
        Assert.AreEqual("release", await owner.ReadLineAsync());
        await using DuplexChannel<long, long> channel = await next.Done("the next peer waits for a file");
        await EchoAsync(channel, 3);
        Assert.AreEqual(0, await owner.FinishAsync());
    }

    [TestMethod]
    public async Task ItemType_OfTwoVersions_WorkBothWays()
    {
        await using DuplexChannelListener<OldPart, OldPart> listener = await CrossChannel.ListenAsync<OldPart, OldPart>(Address).Done("a listener waits to start");
        await using DuplexChannel<NewPart, NewPart> newer = await CrossChannel.ConnectAsync<NewPart, NewPart>(Address).Done("the newer end waits to connect");
        await using DuplexChannel<OldPart, OldPart> older = await listener.AcceptAsync().Done("the older end waits for a peer");
        await newer.Writer.WriteAsync(new NewPart("a", ["x"])).Done("a write waits");
        Assert.AreEqual(new OldPart("a", 0), await older.Reader.ReadAsync().Done("the older end waits for an item"));
        await older.Writer.WriteAsync(new OldPart("b", 5)).Done("a write waits");
        NewPart item = await newer.Reader.ReadAsync().Done("the newer end waits for an item");
        Assert.AreEqual("b", item.Name);
        Assert.IsNull(item.Tags);
    }

    private static async Task EchoAsync(DuplexChannel<long, long> channel, long item)
    {
        await channel.Writer.WriteAsync(item).Done("a peer waits to write");
        Assert.AreEqual(item, await channel.Reader.ReadAsync().Done("a peer waits for the owner's echo"));
    }

    [ChannelContract("test.part")]
    private sealed record OldPart(string Name, int Removed = 0);

    [ChannelContract("test.part")]
    private sealed record NewPart(string Name, string[]? Tags = null);
}
