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

    /// <summary>An end that neither writes nor reads must not take the channel from those that it is for.</summary>
    [TestMethod]
    [DataRow("writer")]
    [DataRow("reader")]
    [DataRow("reader of the dead letters")]
    public async Task FirstEnd_LeavesBeforeAnItemWasWritten_DecidesNothing(string first)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        hub.Declare("items", new BoundedChannelOptions(8), first == "reader of the dead letters" ? new LeaseOptions() : null);
        IAsyncDisposable wrong = first switch
        {
            "writer" => await CrossChannel.OpenWriterAsync<string>(Address.WithChannel("items")).Done(),
            "reader" => await CrossChannel.OpenReaderAsync<string>(Address.WithChannel("items")).Done(),
            _ => await CrossChannel.OpenReaderAsync<string>(Address.WithChannel("items.dead-letters")).Done(),
        };
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenWriterAsync<long>(Address.WithChannel("items")).Done());
        StringAssert.Contains(e.Message, "System.Int64");
        await wrong.DisposeAsync().Done();
        await using CrossChannelWriter<long> writer = await OpenOnceItIsFreeAsync<long>("items");
        await writer.WriteAsync(7).Done();
        await writer.FlushAsync().Done();
        if (first == "reader of the dead letters")
        {
            await using LeasedReader<long> work = await CrossChannel.OpenLeasedReaderAsync<long>(Address.WithChannel("items")).Done();
            Assert.AreEqual(7, (await work.ReadAsync().Done()).Item);
            return;
        }
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(Address.WithChannel("items")).Done();
        Assert.AreEqual(7, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task FirstEnd_HasWritten_DecidesForGood()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        hub.Declare("items", new BoundedChannelOptions(8));
        await using (CrossChannelWriter<long> first = await CrossChannel.OpenWriterAsync<long>(Address.WithChannel("items")).Done())
            await first.WriteAsync(7).Done();
        await Wait.Until(() => hub.GetStatus().Channels[0].Writers.Count == 0);
        for (int i = 0; i < 2; i++)
        {
            LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenReaderAsync<int>(Address.WithChannel("items")).Done());
            StringAssert.Contains(e.Message, "System.Int64");
            await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(Address.WithChannel("items")).Done();
            if (i == 0)
                Assert.AreEqual(7, await reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task ContractName_IsDeclared_OthersAreRefusedAndDecideNothing()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        hub.Declare("items", new BoundedChannelOptions(8), new LeaseOptions(), items: new ItemOptions<NoItem> { ContractName = "job" });
        foreach (string name in new[] { "items", "items.dead-letters" })
        {
            LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenWriterAsync<long>(Address.WithChannel(name)).Done());
            StringAssert.Contains(e.Message, "was declared for items called 'job', and not for System.Int64 (raw, 8 bytes)");
            StringAssert.Contains(e.Message, "[ChannelContract(\"job\")]");
        }
        ItemOptions<string> job = new() { ContractName = "job" };
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync(Address.WithChannel("items"), job).Done();
        await using LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync(Address.WithChannel("items"), job).Done();
        await writer.WriteAsync("seven").Done();
        Assert.AreEqual("seven", (await reader.ReadAsync().Done()).Item);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => hub.Declare("more", new BoundedChannelOptions(8), items: new ItemOptions<NoItem> { ContractName = " " })).Message, "ContractName");
    }

    /// <summary>A name comes from a peer, and goes into messages and logs of both ends.</summary>
    [TestMethod]
    public async Task NameThatThereIsNot_HasControlCharacters_IsShownOnOneLine()
    {
        var log = new LogList();
        await using ChannelHub hub = await ChannelHub.StartAsync(Address, new() { Connection = new() { Logger = log } }).Done();
        await using RawPeer raw = await RawPeer.ConnectAsync(Address);
        HelloContract none = new("none", "", 0, "");
        await raw.SendAsync(Wire.Greeting(new Hello { Role = (byte)LinkRole.Status, Channel = "a\r\nERROR \u001b[31m\u2028b", Writes = none, Reads = new HelloContract("json", "x", 0, "") }));
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Refuse);
        StringAssert.Contains(reason.Text, "\\u000D\\u000AERROR \\u001B[31m\\u2028b");
        await Wait.Until(() => log.Errors.Any());
        foreach (Exception error in log.Errors)
            Assert.IsFalse(error.Message.Any(char.IsControl), error.Message);
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
            Assert.IsTrue(channel.Queue.TryTakeRun(channel.OwnerReads.Taker, 1, long.MaxValue, out ItemBatch run));
            channel.Redelivery.Return(run, ReturnReason.Abandoned, channel.OwnerReads.Taker, hadSlot: true, ref duties);
            Assert.AreEqual(0, channel.Queue.Total);
        }
        // What a thread still has to do outside the lock may come late.
        Assert.AreEqual(1, letters.Queue.Count);
        channel.Run(ref duties);
        Assert.IsTrue(letters.OwnerReads.TryTake(out long letter));
        Assert.AreEqual(7L, letter);
    }

    /// <summary>The hub learns that an end has gone a moment after it has.</summary>
    private async Task<CrossChannelWriter<T>> OpenOnceItIsFreeAsync<T>(string name)
    {
        long started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return await CrossChannel.OpenWriterAsync<T>(Address.WithChannel(name)).Done();
            }
            catch (LinkRefusedException) when (Environment.TickCount64 - started < Wait.Deadline.TotalMilliseconds)
            {
                await Task.Yield();
            }
        }
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
