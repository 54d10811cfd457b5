using System.Threading.Channels;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>Whom a hub does not let in hears why.</summary>
[TestClass]
public sealed class HubRefusalTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    /// <summary>No common version: the hub's preamble shows its own, and it says why it ends the link.</summary>
    [TestMethod]
    public async Task Peer_OfAnotherVersion_IsToldWhich()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        for (int i = 0; i < 20; i++)
        {
            await using RawPeer raw = await RawPeer.ConnectAsync(Address);
            HelloContract none = new("none", "", 0, "");
            await raw.SendAsync(Wire.Greeting(new Hello { Role = (byte)LinkRole.Writer, Writes = none, Reads = none }, minVersion: 7, maxVersion: 9));
            (Preamble preamble, _) = await raw.ReadGreetingAsync();
            Assert.AreEqual((1, 1), (preamble.MinVersion, preamble.MaxVersion));
            ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Refuse);
            StringAssert.Contains(reason.Text, "7 to 9");
        }
    }

    /// <summary>A reader that could not take every item is not let in, whether it would ever receive one or not.</summary>
    [TestMethod]
    [DataRow("plain", 1)]
    [DataRow("plain", 999)]
    [DataRow("leased", 999)]
    [DataRow("declared", 999)]
    [DataRow("dropping", 999)]
    [DataRow("prioritized", 999)]
    [DataRow("dead letters", 999)]
    public async Task Reader_TakesSmallerItemsThanTheChannelHas_IsRefusedWhenItOpens(string kind, int maxItemBytes)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        ItemOptions<string> items = new() { MaxItemBytes = 1000 };
        LeasedChannel<string>? leased = kind is "leased" or "dead letters" ? hub.CreateLeased("c", 10, items: items) : null;
        if (kind == "declared")
            hub.Declare("c", new BoundedChannelOptions(10), items: items);
        else if (leased is null)
            _ = MakeChannel();
        ChannelAddress address = Address.WithChannel(kind == "dead letters" ? "c.dead-letters" : "c");
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => OpenAsync(maxItemBytes)).Done();
        StringAssert.Contains(e.Message, $"items of up to 1,000 bytes, and this reader takes at most {maxItemBytes:N0}: open it with ItemOptions.MaxItemBytes of 1,000 or more");

        await using (await OpenAsync(1000).Done("a reader of the exact size waits to open"))
        {
        }
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync(Address.WithChannel("c"), items with { MaxItemBytes = 1 }).Done();
        await writer.WriteAsync("x").Done();

        SharedChannel<string> MakeChannel() => kind switch
        {
            "dropping" => hub.CreateBounded("c", new BoundedChannelOptions(10) { FullMode = BoundedChannelFullMode.DropOldest }, items: items),
            "prioritized" => hub.CreateUnboundedPrioritized("c", items: items),
            _ => hub.CreateBounded("c", 10, items: items),
        };

        async Task<IAsyncDisposable> OpenAsync(int limit) => kind == "leased"
            ? await CrossChannel.OpenLeasedReaderAsync(address, items with { MaxItemBytes = limit })
            : await CrossChannel.OpenReaderAsync(address, items with { MaxItemBytes = limit });
    }

    /// <summary>Of a fixed size all items are equal, and who takes one takes all.</summary>
    [TestMethod]
    public async Task Reader_TakesItemsOfTheFixedSize_IsLetIn()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("longs", 10);
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(Address.WithChannel("longs"), new() { MaxItemBytes = 8 }).Done();
        await channel.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Channel_OfFixedSizeBeyondItsLimit_IsNotMade()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        ItemOptions<long> small = new() { MaxItemBytes = 7 };
        Assert.ThrowsExactly<ItemTooLargeException>(() => hub.CreateBounded("a", 10, items: small));
        Assert.ThrowsExactly<ItemTooLargeException>(() => hub.CreateLeased("a", 10, items: small));
        Assert.ThrowsExactly<ItemTooLargeException>(() => hub.CreateUnboundedPrioritized("a", items: small));
        await Assert.ThrowsExactlyAsync<ItemTooLargeException>(() => CrossChannel.OpenReaderAsync(Address.WithChannel("a"), small).Done());
        SharedChannel<long> exact = hub.CreateBounded("a", 10, items: small with { MaxItemBytes = 8 });
        Assert.IsTrue(exact.Writer.TryWrite(1));
    }
}
