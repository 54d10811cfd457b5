using System.Runtime.CompilerServices;

namespace CrossChannels.Tests.Channels;

/// <summary>A channel that its owner lost closes its link when it is collected, so that the peer does not wait for ever.</summary>
[TestClass]
public sealed class LostChannelTests
{
    [TestMethod]
    public async Task LostChannel_IsCollected_ThePeerSeesThatItLeft()
    {
        var log = new LogList();
        await using DuplexChannel<int, int> peer = LoseTheOther(log);
        Task<int> read = peer.Reader.ReadAsync().AsTask();
        await CollectUntil(read);
        Assert.AreEqual(1, await read.Done());
        await CollectUntil(peer.Reader.Completion);
        await Assert.ThrowsExactlyAsync<WriterLeftException>(() => peer.Reader.Completion.Done());
        await CollectUntil(peer.Writer.WaitToWriteAsync().AsTask());
        Assert.AreEqual(EndingKind.ReaderClosed, peer.Writer.Ending!.Kind);
        Assert.AreEqual(1, log.Count("Lost"));
    }

    [TestMethod]
    [DataRow("read")]
    [DataRow("wait")]
    [DataRow("many")]
    [DataRow("into")]
    public async Task LostChannel_ItsReadIsPending_StaysOpenForIt(string how)
    {
        (DuplexChannel<byte[], NoItem> peer, Task read) = LoseAllButARead(how);
        await using (peer)
        {
            await peer.WaitForPeerAsync().Done();
            Collect();
            await peer.Writer.WriteAsync([5]).Done();
            await read.Done();
        }
    }

    [TestMethod]
    [DataRow("write")]
    [DataRow("wait")]
    [DataRow("join")]
    public async Task LostChannel_ItsWriteIsPending_StaysOpenForIt(string how)
    {
        (DuplexChannel<NoItem, int> peer, Task write) = await LoseAllButAWriteAsync(how);
        await using (peer)
        {
            Collect();
            Assert.AreEqual(1, await peer.Reader.ReadAsync().Done());
            await write.Done();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DuplexChannel<int, int> LoseTheOther(LogList log)
    {
        (DuplexChannel<int, int> lost, DuplexChannel<int, int> kept) = CrossChannel.CreatePair<int, int>(new() { Connection = new() { Logger = log } });
        _ = WriteOneAsync(lost.Writer);
        return kept;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task WriteOneAsync(CrossChannelWriter<int> writer) => await writer.WriteAsync(1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (DuplexChannel<byte[], NoItem> Peer, Task Read) LoseAllButARead(string how)
    {
        (DuplexChannel<byte[], NoItem> kept, DuplexChannel<NoItem, byte[]> lost) = CrossChannel.CreatePair<byte[], NoItem>();
        Task read = how switch
        {
            "read" => lost.Reader.ReadAsync().AsTask(),
            "wait" => lost.Reader.WaitToReadAsync().AsTask(),
            "many" => lost.Reader.ReadManyAsync(new byte[2][]).AsTask(),
            _ => lost.Reader.ReadIntoAsync(new byte[2]).AsTask(),
        };
        return (kept, read);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(DuplexChannel<NoItem, int> Peer, Task Write)> LoseAllButAWriteAsync(string how)
    {
        (DuplexChannel<int, NoItem> lost, DuplexChannel<NoItem, int> kept) = CrossChannel.CreatePair<int, NoItem>(
            null, new() { Reading = new System.Threading.Channels.BoundedChannelOptions(1) });
        await lost.Writer.WriteAsync(1).Done();
        Task write = how switch
        {
            "write" => lost.Writer.WriteAsync(2).AsTask(),
            "wait" => lost.Writer.WaitToWriteAsync().AsTask(),
            _ => lost.Writer.JoinAsync().AsTask(),
        };
        return (kept, write);
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static Task CollectUntil(Task task) => Wait.Until(() =>
    {
        Collect();
        return task.IsCompleted;
    });
}
