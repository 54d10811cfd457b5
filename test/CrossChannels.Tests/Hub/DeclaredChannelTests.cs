using System.Threading.Channels;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>A channel whose items the hub does not know: who is let in first decides, and nobody else.</summary>
[TestClass]
public sealed class DeclaredChannelTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow("no items")]
    [DataRow("no key")]
    [DataRow("a feature")]
    [DataRow("too large")]
    public async Task FirstPeer_IsRefused_DecidesNothing(string what)
    {
        byte[] key = what == "no key" ? [1, 2, 3] : [];
        await using ChannelHub hub = await ChannelHub.StartAsync(Address, new() { Connection = new() { RequiredKeyToWrite = key } }).Done();
        hub.Declare("items", new BoundedChannelOptions(8));
        HelloContract none = new("none", "", 0, "");
        await using (RawPeer raw = await RawPeer.ConnectAsync(Address))
        {
            await raw.SendAsync(Wire.Greeting(new Hello
            {
                Role = (byte)LinkRole.Writer,
                Channel = "items",
                Writes = what switch
                {
                    "no items" => none,
                    "too large" => new HelloContract("raw", "everything", int.MaxValue, "le:u1"),
                    _ => new HelloContract("json", "something else", 0, ""),
                },
                Reads = none,
                RequiredFeatures = what == "a feature" ? 1u : 0,
            }));
            await raw.ReadGreetingAsync();
            await raw.ReadLastWordsAsync(FrameType.Refuse);
        }
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(Address.WithChannel("items"), connection: new() { Key = key }).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(Address.WithChannel("items")).Done();
        await writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await reader.ReadAsync().Done());
    }

    /// <summary>Dead letters come before anybody has opened their channel.</summary>
    [TestMethod]
    public async Task DeadLetters_OfFixedSize_AreThereForWhoOpensThemLater() => await ReadDeadLetterAsync(7L);

    [TestMethod]
    public async Task DeadLetters_OfAnySize_AreThereForWhoOpensThemLater() => await ReadDeadLetterAsync("seven");

    [TestMethod]
    public async Task DeadLetters_OpenedFirst_DecideForTheChannelToo()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        hub.Declare("work", new BoundedChannelOptions(8), new LeaseOptions { MaxDeliveries = 1 });
        await using CrossChannelReader<long> letters = await CrossChannel.OpenReaderAsync<long>(Address.WithChannel("work.dead-letters")).Done();
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenWriterAsync<string>(Address.WithChannel("work")).Done());
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(Address.WithChannel("work")).Done();
    }

    /// <summary>In the moment in which an item is processed for whoever joins, it is among the dead letters.</summary>
    [TestMethod]
    public void DeadLetter_IsOutOfTheChannel_IsAmongTheLetters()
    {
        ItemContract contract = ItemCodec.Create(new ItemOptions<long>()).Contract;
        var budget = new HubBudget(1 << 20);
        var options = new QueueOptions(contract, 8, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, HubOptions.Default);
        var letters = new QueueChannel("letters", options, budget);
        var channel = new QueueChannel("items", options with { Leases = new LeaseOptions { MaxDeliveries = 1 }, DeadLetters = letters }, budget);
        Assert.IsTrue(channel.OwnerWrites.TryAccept(7L));
        HubAfterLock duties = default;
        using (channel.Sync.Enter())
        {
            Assert.IsTrue(channel.Queue.TryTakeRun(1, long.MaxValue, out ItemBatch run));
            channel.ReturnLocked(run, ReturnReason.Handed, hadSlot: true, ref duties);
            Assert.IsTrue(channel.IsDrained);
        }
        // What a thread still has to do outside the lock may come late.
        Assert.AreEqual(1, letters.Queue.Count);
        duties.Run(channel);
        Assert.IsTrue(letters.OwnerReads.TryTake(out long letter));
        Assert.AreEqual(7L, letter);
    }

    private async Task ReadDeadLetterAsync<T>(T item)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        hub.Declare("work", new BoundedChannelOptions(8), new LeaseOptions { MaxDeliveries = 1 });
        await using CrossChannelWriter<T> writer = await CrossChannel.OpenWriterAsync<T>(Address.WithChannel("work")).Done();
        await using LeasedReader<T> work = await CrossChannel.OpenLeasedReaderAsync<T>(Address.WithChannel("work")).Done();
        await writer.WriteAsync(item).Done();
        (await work.ReadAsync().Done()).Abandon();
        await writer.JoinAsync().Done();
        await using CrossChannelReader<T> letters = await CrossChannel.OpenReaderAsync<T>(Address.WithChannel("work.dead-letters")).Done();
        Assert.AreEqual(item, await letters.ReadAsync().Done());
    }
}
