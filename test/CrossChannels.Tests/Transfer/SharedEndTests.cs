using System.Threading.Channels;
using CrossChannels.TestChild;
using CrossChannels.Transfer;

namespace CrossChannels.Tests.Ends;

/// <summary>An owner's ends, and locks, are shared: another process gets its own, and the owner's stay.</summary>
[TestClass]
public sealed class SharedEndTests : IDisposable
{
    private static readonly byte[] s_readKey = [1, 2, 3];
    private static readonly byte[] s_writeKey = [4, 5, 6];

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Writer_ChildWritesThere_TheOwnersStaysUsable()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using ChildProcess child = ChildProcess.Start("open-end", "writer", await EndTickets.GiveTextAsync(channel.Writer), "leave");
        Assert.AreEqual("written", await child.ReadLineAsync());
        Assert.AreEqual(0, await child.FinishAsync());
        Assert.IsTrue(channel.Writer.TryWrite(5));
        channel.Writer.Complete();
        CollectionAssert.AreEqual((int[])[1, 2, 3, 4, 5], await ChannelCore.ReadAllAsync(channel.Reader).Done());
    }

    [TestMethod]
    public async Task Reader_TwoChildrenGetTheSameReader_EveryItemIsReadOnce()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateUnboundedAsync<int>(NewAddress()).Done();
        TransferTicket ticket = await channel.Reader.TransferAsync("two").Done();
        await using ChildProcess first = ChildProcess.Start("open-end", "reader", EndTickets.Text(ticket), "sum");
        await using ChildProcess second = ChildProcess.Start("open-end", "reader", EndTickets.Text(ticket), "sum");
        for (int i = 0; i < 100; i++)
            await channel.Writer.WriteAsync(i).Done();
        channel.Writer.Complete();
        int sum = int.Parse(await first.ReadLineAsync(), null) + int.Parse(await second.ReadLineAsync(), null);
        Assert.AreEqual(4950, sum);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Reader_TheOwnerIsDisposedBeforeItComes_ItStillGetsEverything(bool isOfHub)
    {
        // A process takes its time to start where many do.
        var options = new HubOptions { DrainTimeout = Wait.Deadline };
        ChannelHub? hub = isOfHub ? await ChannelHub.StartAsync(NewAddress(), options).Done() : null;
        SharedChannel<int> channel =
            hub?.CreateBounded<int>("c", 100) ?? await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100, hub: options).Done();
        string ticket = await EndTickets.GiveTextAsync(channel.Reader);
        for (int i = 0; i < 100; i++)
            Assert.IsTrue(channel.Writer.TryWrite(i));
        Task disposing = channel.DisposeAsync().AsTask();
        Assert.IsFalse(channel.Writer.TryWrite(100));
        await using ChildProcess child = ChildProcess.Start("open-end", "reader", ticket, "sum");
        Assert.AreEqual("4950 OwnerLeft", await child.ReadLineAsync());
        await disposing.Done();
        await (hub?.DisposeAsync() ?? default).Done();
    }

    [TestMethod]
    public async Task Reader_TheTicketIsWithdrawn_TheOwnerLeavesAtOnce()
    {
        SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(
            NewAddress(), 1, hub: new HubOptions { DrainTimeout = Timeout.InfiniteTimeSpan }).Done();
        TransferTicket ticket = await channel.Reader.TransferAsync("nobody").Done();
        Assert.IsTrue(channel.Writer.TryWrite(1));
        Task disposing = channel.DisposeAsync().AsTask();
        Assert.IsFalse(disposing.IsCompleted);
        ticket.Withdraw();
        await disposing.Done();
    }

    [TestMethod]
    public async Task ChannelOfAHub_KeysAreNeeded_TheTicketCarriesThem()
    {
        var settings = new HubOptions { Connection = new() { RequiredKeyToRead = s_readKey, RequiredKeyToWrite = s_writeKey } };
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress(), settings).Done();
        await using SharedChannel<int> channel = hub.CreateBounded<int>("jobs", 10);
        TransferTicket ticket = await EndTickets.PassAsync(channel);
        await using SharedChannel<int> opened = await SharedChannel<int>.OpenAsync(ticket).Done();
        Assert.AreEqual("jobs", opened.Address.Channel);
        Assert.AreEqual(channel.Address, opened.Address);
        await opened.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await opened.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task LeasedChannel_ChildCompletesLeases_TheOwnersJoinEnds()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(NewAddress(), 10).Done();
        for (int i = 1; i <= 4; i++)
            await channel.Writer.WriteAsync(i).Done();
        await using ChildProcess child = ChildProcess.Start("open-end", "leased-reader", await EndTickets.GiveTextAsync(channel.Reader), "sum");
        await channel.Writer.JoinAsync().Done();
        channel.Writer.Complete();
        Assert.AreEqual("10", await child.ReadLineAsync());

        await using LeasedChannel<int> both = await CrossChannel.CreateLeasedAsync<int>(NewAddress(), 10).Done();
        await using LeasedChannel<int> opened = await LeasedChannel<int>.OpenAsync(await EndTickets.PassAsync(both)).Done();
        await opened.Writer.WriteAsync(3).Done();
        Lease<int> lease = await opened.Reader.ReadAsync().Done();
        Assert.AreEqual(3, lease.Item);
        await lease.CompleteAsync().Done();
        await both.Writer.JoinAsync().Done();
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Lock_IsShared_AlsoAnOpenedOne(bool isOwners)
    {
        byte[] key = [9];
        var settings = new HubOptions { Connection = new() { RequiredKeyToRead = key, RequiredKeyToWrite = key } };
        await using CrossLock owned = await CrossChannel.CreateLockAsync(NewAddress(), settings).Done();
        await using CrossLock opened = await CrossChannel.OpenLockAsync(owned.Address, new() { Key = key }).Done();
        CrossLock given = isOwners ? owned : opened;
        await using ChildProcess child = ChildProcess.Start("open-end", "lock", await EndTickets.GiveTextAsync(given), "hold");
        Assert.AreEqual("held", await child.ReadLineAsync());
        await Assert.ThrowsExactlyAsync<TimeoutException>(async () => await given.AcquireAsync(TimeSpan.Zero).Done());
        Assert.AreEqual(0, await child.FinishAsync());
        await (await given.AcquireAsync().Done()).ReleaseAsync().Done();
    }

    [TestMethod]
    public async Task Serializer_IsRegisteredThere_OpensTheTicket()
    {
        var items = new ItemOptions<int> { Serializer = new DecimalSerializer(), ContractName = "number", MaxItemBytes = 100 };
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync(NewAddress(), 10, items: items).Done();
        await using ChildProcess child = ChildProcess.Start("open-end", "writer", await EndTickets.GiveTextAsync(channel.Writer), "complete");
        CollectionAssert.AreEqual((int[])[1, 2, 3, 4], await ChannelCore.ReadAllAsync(channel.Reader).Done());
        Assert.AreEqual("written", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task Serializer_IsNotRegistered_SaysWhatToDo()
    {
        var items = new ItemOptions<Point> { Serializer = ItemSerializer.Json<Point>(new System.Text.Json.JsonSerializerOptions()) };
        await using SharedChannel<Point> channel = await CrossChannel.CreateBoundedAsync(NewAddress(), 10, items: items).Done();
        TransferTicket ticket = await EndTickets.PassAsync(channel.Writer);
        NotSupportedException e = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => CrossChannelWriter<Point>.OpenAsync(ticket));
        StringAssert.Contains(e.Message, "'json'");
        StringAssert.Contains(e.Message, "ItemSerializer.Register");
    }

    [TestMethod]
    public async Task Serializer_WithoutAConstructor_IsRefusedForAWorker()
    {
        var items = new ItemOptions<Point> { Serializer = ItemSerializer.Json<Point>(new System.Text.Json.JsonSerializerOptions()) };
        await using SharedChannel<Point> channel = await CrossChannel.CreateBoundedAsync(NewAddress(), 10, items: items).Done();
        InvalidOperationException e = await Assert.ThrowsExactlyAsync<InvalidOperationException>(async () => await TransferTicket.GiveAsync(channel.Reader, "worker").Done());
        StringAssert.Contains(e.Message, "JsonItemSerializer");
        StringAssert.Contains(e.Message, "no public constructor without parameters");
    }

    /// <summary>A ticket is text from elsewhere: whatever type it names, nothing is loaded and nothing is made.</summary>
    [TestMethod]
    [DataRow("CrossChannels.Tests.Ends.MarkingSerializer, CrossChannels.Tests")]
    [DataRow("Hostile.Serializer, Hostile.Assembly")]
    [DataRow("System.Collections.Generic.List`1[[Hostile.Item, Hostile.Assembly]], System.Private.CoreLib")]
    public async Task Ticket_NamesAType_LoadsNothing(string typeName)
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 10).Done();
        TransferContent honest = (await EndTickets.GiveAsync(channel.Writer, "Alice").Done()).Content;
        var hostile = new TransferTicket(honest with { Writes = new TransferItems(new ItemOptions(), typeName, typeName) });
        var asked = new List<string?>();
        ResolveEventHandler resolve = (_, e) =>
        {
            asked.Add(e.Name);
            return null;
        };
        AppDomain.CurrentDomain.AssemblyResolve += resolve;
        try
        {
            TransferTicket ticket = TransferTicket.FromBytes(hostile.ToBytes());
            NotSupportedException e = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => CrossChannelWriter<int>.OpenAsync(ticket));
            StringAssert.Contains(e.Message, "does not know");
        }
        finally
        {
            AppDomain.CurrentDomain.AssemblyResolve -= resolve;
        }
        Assert.DoesNotContain(name => name!.StartsWith("Hostile", StringComparison.Ordinal), asked);
        Assert.IsFalse(MarkingSerializer.WasMade);
    }

    /// <summary>Every option that can cross does: one that is added and forgotten here is noticed.</summary>
    [TestMethod]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Ticket_KeepsTheOptionsOfTheConnection()
    {
        string[] stays = ["Tls", "ConnectCallback", "Key", "Logger", "TimeProvider", "MaxLinks", "MaxPendingGreetings", "ListenTimeout", "Reconnect", "DefaultLogger"];
        var connection = new ConnectionOptions
        {
            ConnectTimeout = TimeSpan.FromSeconds(1),
            GreetingTimeout = TimeSpan.FromSeconds(2),
            CloseTimeout = TimeSpan.FromSeconds(3),
            ExitTimeout = TimeSpan.FromSeconds(4),
            PeerTimeout = TimeSpan.FromSeconds(5),
            MaxUnreadBytes = 6,
            MaxUnsentBytes = 7,
            MaxEmptyFramesPerSecond = 8,
            AllowPlainTcp = true,
            AllowGroup = true,
            SharedMemory = SharedMemoryUse.WherePossible,
            RequiredKeyToRead = s_readKey,
            RequiredKeyToWrite = s_writeKey,
        };
        var content = new TransferContent { Kind = EndpointKind.Lock, Address = "gate", Connection = connection };
        ConnectionOptions read = TransferWire.Read(TransferWire.Write(content)).Connection;
        var defaults = new ConnectionOptions();
        foreach (System.Reflection.PropertyInfo property in typeof(ConnectionOptions).GetProperties().Where(property => !stays.Contains(property.Name)))
        {
            string chosen = Text(property.GetValue(connection));
            Assert.AreNotEqual(Text(property.GetValue(defaults)), chosen, $"{property.Name} has its default in this test.");
            Assert.AreEqual(chosen, Text(property.GetValue(read)), property.Name);
        }

        static string Text(object? value) => value is ReadOnlyMemory<byte> bytes ? Convert.ToHexString(bytes.Span) : $"{value}";
    }

    [TestMethod]
    public async Task Memory_IsRefusedWithAdvice()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>("mem:ends-refused", 10).Done();
        await EndTickets.AssertRefusedAsync(channel, "mem:ends-refused", "within this process", "Use a bare name");
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>("mem:ends-refused").Done();
        await EndTickets.AssertRefusedAsync(writer, "mem:ends-refused");
        Assert.IsTrue(writer.TryWrite(1) || await writer.WaitToWriteAsync().Done());
    }

    [TestMethod]
    public async Task Rendezvous_IsRefused()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 0).Done();
        await EndTickets.AssertRefusedAsync(channel.Reader, "capacity 0", "the least capacity is 1");
    }

    [TestMethod]
    public async Task LockOfTwoKeys_IsRefused()
    {
        var settings = new HubOptions { Connection = new() { RequiredKeyToRead = s_readKey, RequiredKeyToWrite = s_writeKey } };
        await using CrossLock gate = await CrossChannel.CreateLockAsync(NewAddress(), settings).Done();
        await EndTickets.AssertRefusedAsync(gate, "one key to read and another to write");
    }

    [TestMethod]
    public async Task WhatIsNoEnd_IsRefused()
    {
        Assert.IsFalse(TransferTicket.IsEnd(null));
        Assert.IsFalse(TransferTicket.IsEnd("jobs"));
        Channel<int> inProcess = Channel.CreateUnbounded<int>();
        Assert.IsFalse(TransferTicket.IsEnd(inProcess.Reader));
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(async () => await TransferTicket.GiveAsync(inProcess, "Bob").Done());
        StringAssert.Contains(e.Message, "lives in one process");
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 1).Done();
        Assert.IsTrue(TransferTicket.IsEnd(channel) && TransferTicket.IsEnd(channel.Reader) && TransferTicket.IsEnd(channel.Writer));
    }

    [TestMethod]
    public async Task Ticket_OpenedAsSomethingElse_SaysWhatItIsFor()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 1).Done();
        TransferTicket ticket = await EndTickets.PassAsync(channel.Reader);
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(async () => await CrossChannelWriter<int>.OpenAsync(ticket).Done());
        StringAssert.Contains(e.Message, "The ticket is for a reader");
        Assert.ThrowsExactly<FormatException>(() => TransferTicket.FromBytes("no ticket"u8));
        Assert.ThrowsExactly<FormatException>(() => TransferTicket.FromBytes([]));
        byte[] bytes = ticket.ToBytes();
        for (int length = 0; length < bytes.Length; length++)
            Assert.ThrowsExactly<FormatException>(() => TransferTicket.FromBytes(bytes.AsSpan(0, length)), $"{length} bytes of it");
        Assert.ThrowsExactly<FormatException>(() => TransferTicket.FromBytes([.. bytes, 0]));
        byte[] newer = [.. bytes];
        newer[4] = 9;
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => TransferTicket.FromBytes(newer)).Message, "version 9");
    }

    [TestMethod]
    public async Task Withdraw_OfASharedEnd_DoesNothing()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 1).Done();
        (await channel.TransferAsync("Bob").Done()).Withdraw(new IOException("gone"));
        Assert.IsTrue(channel.Writer.TryWrite(1));
    }

    private ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);

    private sealed record Point(int X, int Y);
}

/// <summary>A serializer that says that it was made.</summary>
public sealed class MarkingSerializer : IItemSerializer<int>
{
    public MarkingSerializer() => WasMade = true;

    public static bool WasMade { get; private set; }

    public string ContentType => "marking";

    public void Serialize(int item, System.Buffers.IBufferWriter<byte> writer) => throw new NotSupportedException();

    public int Deserialize(in System.Buffers.ReadOnlySequence<byte> bytes) => throw new NotSupportedException();
}
