#if DEBUG
using System.Threading.Channels;
using CrossChannels.Buffers;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Hub;
using CrossChannels.Tests.Links;

namespace CrossChannels.Tests.Injection;

/// <summary>The contract of a hub's channel between remote ends, and what a channel has in every place where items can be when it ends: each buffer that was rented is back.</summary>
[TestClass]
[DoNotParallelize]
public sealed class HubBufferReleaseTests : RemoteReaderContract
{
    private static readonly BoundedChannelOptions s_dropping = new(4) { FullMode = BoundedChannelFullMode.DropOldest };

    private readonly ManualTimeProvider _clock = new();
    private long _rentsBefore;

    private protected override bool IsWriterRemote => true;

    [TestInitialize]
    public void Begin() => _rentsBefore = BufferPool.Rents;

    [TestCleanup]
    public Task EveryBufferIsBackAsync() => BufferCheck.AreBackAsync(_rentsBefore);

    [TestMethod]
    public async Task OwnersOpenLeases_AreBackAtTheEnd()
    {
        List<Lease<string>> open = [];
        await using (LeasedChannel<string> work = await CreateAsync())
        {
            for (int i = 0; i < 2; i++)
                open.Add(await work.Reader.ReadAsync().Done());
        }
        GC.KeepAlive(open);
    }

    [TestMethod]
    public async Task AbandonedLeases_ThatWaitForTheirTime_AreBackAtTheEnd()
    {
        await using LeasedChannel<string> work = await CreateAsync();
        for (int i = 0; i < 2; i++)
            (await work.Reader.ReadAsync().Done()).Abandon();
    }

    [TestMethod]
    public async Task LeasesOfAReaderThatLeft_AreBackAtTheEnd()
    {
        await using LeasedChannel<string> work = await CreateAsync();
        LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync<string>(work.Address).Done();
        List<Lease<string>> open = [];
        for (int i = 0; i < 2; i++)
            open.Add(await reader.ReadAsync().Done());
        await reader.DisposeAsync().Done();
        GC.KeepAlive(open);
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(work.Address).Done()).Depth == 5);
    }

    [TestMethod]
    public async Task DeadLetters_AreBackAtTheEnd()
    {
        await using LeasedChannel<string> work = await CreateAsync(new LeaseOptions { MaxDeliveries = 1 });
        (await work.Reader.ReadAsync().Done()).Abandon();
        Assert.AreEqual(1, work.DeadLetters!.Reader.Count);
    }

    [TestMethod]
    public async Task Payload_WhoseReaderClosedMeanwhile_IsBack()
    {
        var input = new ScriptedInput();
        Link link = LinkTest.Make<byte[], byte[]>(input, new CollectingOutput());
        await ReceiveAfterCloseAsync(link, input);
    }

    [TestMethod]
    public async Task Payload_WhoseWriterWasClosedMeanwhile_IsBack()
    {
        var input = new ScriptedInput();
        ItemContract contract = ItemCodec.Create(new ItemOptions<byte[]>()).Contract;
        var options = new QueueOptions(contract, 4, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, new HubOptions());
        var channel = new QueueChannel("items", options, new HubBudget(1 << 20));
        await ReceiveAfterCloseAsync(channel.Attach(RequestOf(contract, input)), input);
        await channel.CloseAsync(TimeSpan.Zero).Done();
    }

    [TestMethod]
    public async Task Payload_WhoseWriterWasClosedMeanwhile_OfAChannelThatDrops_IsBack()
    {
        var input = new ScriptedInput();
        BackedChannel<byte[]> channel = PumpedHub.Channel<byte[]>(s_dropping);
        await ReceiveAfterCloseAsync(channel.Attach(RequestOf(channel.Codec.Contract, input)), input);
        await channel.CloseAsync(TimeSpan.Zero).Done();
    }

    /// <summary>As of a large item: announced before the end is closed, and here only afterwards.</summary>
    private static async Task ReceiveAfterCloseAsync(Link link, ScriptedInput input)
    {
        var cause = new ReaderClosedException("this end", null);
        Assert.IsTrue(link.Receiver.TryClose(new Closure(new Ending(EndingKind.ReaderClosed, cause), cause), drop: true));
        WakeList wake = default;
        link.Receiver.Receive(new Segment(100) { Written = 100 }, 1, ref wake);
        wake.Wake(inline: false);
        link.Abort(null);
        input.End();
        await link.Closed.Done();
    }

    private static HubRequest RequestOf(ItemContract contract, ScriptedInput input)
    {
        byte[] greeting = new LinkIdentity(contract, ItemContract.None, "items", new ConnectionOptions(), LinkRole.Writer).Greeting();
        Assert.IsTrue(Preamble.TryRead(greeting, out Preamble preamble));
        return new HubRequest(Hello.Read(greeting.AsSpan(Preamble.Size, preamble.HelloLength)), input, new CollectingOutput(), new LinkPeer("a test", null, null, null));
    }

    /// <summary>With five items. The clock stands, so that nothing comes back by itself.</summary>
    private async Task<LeasedChannel<string>> CreateAsync(LeaseOptions? leases = null)
    {
        var hub = new HubOptions { DrainTimeout = TimeSpan.Zero, Connection = new() { TimeProvider = _clock } };
        LeasedChannel<string> work = await CrossChannel.CreateLeasedAsync<string>(NewAddress(), 10, leases ?? new LeaseOptions(), hub: hub).Done();
        for (int i = 0; i < 5; i++)
            await work.Writer.WriteAsync($"item {i}").Done();
        return work;
    }
}
#endif
