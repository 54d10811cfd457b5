using System.Threading.Channels;

namespace CrossChannels.Tests.Channels;

/// <summary>The contract once more with a real second process at the other end.</summary>
public abstract class ChildProcessContract
{
    private const int Count = 3000;

    /// <summary>An address that no other test uses.</summary>
    protected abstract ChannelAddress NewAddress();

    [TestMethod]
    public async Task ChildCompletes_EverythingIsReadThenTheEnd()
    {
        await using DuplexChannelListener<NoItem, int> listener = await ListenAsync();
        await using ChildProcess child = StartWriter(listener, "complete");
        await using DuplexChannel<NoItem, int> channel = await listener.AcceptAsync().Done();
        Assert.AreEqual(child.Id, channel.Peer!.ProcessId);
        List<int> items = await ChannelCore.ReadAllAsync(channel.Reader).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Count).ToList(), items);
        Assert.AreEqual(new Ending(EndingKind.Completed), channel.Reader.Ending);
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task ChildFails_TheErrorHasItsTypeAndMessage()
    {
        await using DuplexChannelListener<NoItem, int> listener = await ListenAsync();
        await using ChildProcess child = StartWriter(listener, "fail");
        await using DuplexChannel<NoItem, int> channel = await listener.AcceptAsync().Done();
        await AssertReadsAllAsync(channel.Reader);
        RemoteChannelException e = await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => channel.Reader.Completion.Done());
        Assert.AreEqual("System.FormatException", e.RemoteTypeName);
        Assert.AreEqual("the child's own", e.RemoteMessage);
        Assert.AreEqual(EndingKind.Faulted, channel.Reader.Ending!.Kind);
    }

    [TestMethod]
    public async Task ChildReturnsFromMain_WhatItWroteIsReadThenItLeft()
    {
        await using DuplexChannelListener<NoItem, int> listener = await ListenAsync();
        await using ChildProcess child = StartWriter(listener, "return");
        await using DuplexChannel<NoItem, int> channel = await listener.AcceptAsync().Done();
        await AssertReadsAllAsync(channel.Reader);
        await Assert.ThrowsExactlyAsync<WriterLeftException>(() => channel.Reader.Completion.Done());
        Assert.AreEqual(EndingKind.WriterLeft, channel.Reader.Ending!.Kind);
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task ChildCompletesAndReturnsFromMain_IsComplete()
    {
        await using DuplexChannelListener<NoItem, int> listener = await ListenAsync();
        await using ChildProcess child = StartWriter(listener, "complete-and-return");
        await using DuplexChannel<NoItem, int> channel = await listener.AcceptAsync().Done();
        await AssertReadsAllAsync(channel.Reader);
        await channel.Reader.Completion.Done();
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task WritingChildIsKilled_WhatCameIsReadThenTheLinkIsLost()
    {
        await using DuplexChannelListener<NoItem, int> listener = await ListenAsync();
        await using ChildProcess child = StartWriter(listener, "hang");
        await using DuplexChannel<NoItem, int> channel = await listener.AcceptAsync().Done();
        Assert.AreEqual("flushed", await child.ReadLineAsync());
        Assert.AreEqual(Count, channel.Reader.Count);
        await child.KillAsync();
        await AssertReadsAllAsync(channel.Reader);
        ConnectionLostException e = await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => channel.Reader.Completion.Done());
        StringAssert.Contains(e.Message, $"process {child.Id}");
        Assert.AreEqual(new Ending(EndingKind.ConnectionLost, e), channel.Reader.Ending);
    }

    [TestMethod]
    public async Task ReadingChildIsKilled_EveryWaitEndsWithABoundOfWhatWasLost()
    {
        await using DuplexChannelListener<int, NoItem> listener = await CrossChannel.ListenAsync<int, NoItem>(NewAddress()).Done();
        await using ChildProcess child = ChildProcess.Start("read-items", $"{listener.Address}", "10", "hang");
        await using DuplexChannel<int, NoItem> channel = await listener.AcceptAsync().Done();
        for (int i = 0; i < 20; i++)
            await channel.Writer.WriteAsync(i).Done();
        Assert.AreEqual("45", await child.ReadLineAsync());
        await channel.Writer.FlushAsync().Done();
        Task join = channel.Writer.JoinAsync().AsTask();
        Task write = WriteUntilItWaitsAsync(channel.Writer);
        await child.KillAsync();
        await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => join.Done());
        ChannelClosedException closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => write.Done());
        ConnectionLostException lost = Assert.IsInstanceOfType<ConnectionLostException>(closed.InnerException);
        Assert.AreEqual(EndingKind.ConnectionLost, channel.Writer.Ending!.Kind);
        Assert.AreEqual(lost.UnreceivedCount, channel.Writer.Ending.UnreceivedCount);
        Assert.IsTrue(lost.UnreceivedCount is >= 0 and <= 1024, $"{lost.UnreceivedCount}");
        await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => channel.Writer.JoinAsync().Done());
    }

    [TestMethod]
    public async Task ReadingChildCloses_TheWriterSeesItsReason()
    {
        await using DuplexChannelListener<int, NoItem> listener = await CrossChannel.ListenAsync<int, NoItem>(NewAddress()).Done();
        await using ChildProcess child = ChildProcess.Start("read-items", $"{listener.Address}", "100", "close");
        await using DuplexChannel<int, NoItem> channel = await listener.AcceptAsync().Done();
        ChannelClosedException closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => WriteUntilItWaitsAsync(channel.Writer).Done());
        Assert.AreEqual("the child has enough", Assert.IsInstanceOfType<ReaderClosedException>(closed.InnerException).Reason);
        Assert.AreEqual("4950", await child.ReadLineAsync());
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    [TestMethod]
    public async Task ChildEchoes_BothDirectionsCarryEverything()
    {
        await using DuplexChannelListener<int, int> listener = await CrossChannel.ListenAsync<int, int>(NewAddress()).Done();
        await using ChildProcess child = ChildProcess.Start("echo-items", $"{listener.Address}");
        await using DuplexChannel<int, int> channel = await listener.AcceptAsync().Done();
        await AssertEchoesAsync(channel);
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }

    internal static async Task AssertEchoesAsync(DuplexChannel<int, int> channel)
    {
        Task<List<int>> reading = ChannelCore.ReadAllAsync(channel.Reader);
        for (int i = 0; i < Count; i++)
            await channel.Writer.WriteAsync(i).Done();
        channel.Writer.Complete();
        CollectionAssert.AreEqual(Enumerable.Range(0, Count).ToList(), await reading.Done());
        await channel.Writer.JoinAsync().Done();
        Assert.AreEqual(0, channel.Writer.UnreceivedCount);
    }

    private static async Task WriteUntilItWaitsAsync(ChannelWriter<int> writer)
    {
        for (int i = 0; ; i++)
            await writer.WriteAsync(i);
    }

    private static async Task AssertReadsAllAsync(ChannelReader<int> reader)
    {
        for (int i = 0; i < Count; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
    }

    /// <summary>A reader that has room for everything, so that a child can leave before anything is read.</summary>
    private Task<DuplexChannelListener<NoItem, int>> ListenAsync() => CrossChannel.ListenAsync<NoItem, int>(
        NewAddress(), new() { Reading = new BoundedChannelOptions(Count) }).Done();

    private static ChildProcess StartWriter(DuplexChannelListener<NoItem, int> listener, string ending) =>
        ChildProcess.Start("write-items", $"{listener.Address}", $"{Count}", ending);
}
