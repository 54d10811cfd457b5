using System.Buffers;
using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Tests.Channels;
using CrossChannels.Tests.Ends;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Ends of a pair that go over to lanes when they are connected.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class PairLaneTests
{
    [TestMethod]
    public async Task GivenEnd_InAnotherProcess_IsReachedBySharedMemory()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using (kept)
        {
            await using ChildProcess child = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(given), "echo");
            await ChildProcessContract.AssertEchoesAsync(kept);
            Assert.IsTrue(kept.Peer!.IsSharedMemory);
        }
    }

    /// <summary>Before it is connected the memory is not of the lane, and the item is copied.</summary>
    /// <summary>The end that connects makes the lane, also where the other one reads there.</summary>
    [TestMethod]
    public async Task WriterIsGiven_ItRentsFromTheLaneThatTheTicketTellsOf()
    {
        (CrossChannelWriter<IMemoryOwner<byte>> given, CrossChannelReader<IMemoryOwner<byte>> reader) = CrossChannel.CreatePipe<IMemoryOwner<byte>>();
        TransferTicket ticket = await EndTickets.PassAsync(given);
        await using (reader)
        {
            await using CrossChannelWriter<IMemoryOwner<byte>> writer = await CrossChannelWriter<IMemoryOwner<byte>>.OpenAsync(ticket).Done();
            using IMemoryOwner<byte> first = writer.Rent(10);
            await writer.WriteAsync(first).Done();
            (await reader.ReadAsync().Done()).Dispose();
            using IMemoryOwner<byte> item = writer.Rent(7000);
            await writer.WriteAsync(item).Done();
            using IMemoryOwner<byte> read = await reader.ReadAsync().Done();
            Assert.AreEqual(7000, read.Memory.Length);
            Assert.IsTrue(RentedMemoryTests.IsInSegment(read));
        }
    }

    [TestMethod]
    public async Task RentedBeforeAndAfterTheOtherEndWasOpened_BothAreRead()
    {
        (CrossChannelWriter<IMemoryOwner<byte>> writer, CrossChannelReader<IMemoryOwner<byte>> given) = CrossChannel.CreatePipe<IMemoryOwner<byte>>();
        TransferTicket ticket = await EndTickets.PassAsync(given);
        await using (writer)
        {
            using IMemoryOwner<byte> early = writer.Rent(5000), late = writer.Rent(6000);
            early.Memory.Span.Fill(1);
            late.Memory.Span.Fill(2);
            await writer.WriteAsync(early).Done();
            await using CrossChannelReader<IMemoryOwner<byte>> reader = await CrossChannelReader<IMemoryOwner<byte>>.OpenAsync(ticket).Done();
            await AssertNextAsync(reader, 5000, 1, isInSegment: false);
            await writer.WriteAsync(late).Done();
            await AssertNextAsync(reader, 6000, 2, isInSegment: false);
            using IMemoryOwner<byte> own = writer.Rent(7000);
            own.Memory.Span.Fill(3);
            await writer.WriteAsync(own).Done();
            await AssertNextAsync(reader, 7000, 3, isInSegment: true);
        }

        static async Task AssertNextAsync(CrossChannelReader<IMemoryOwner<byte>> reader, int length, byte value, bool isInSegment)
        {
            using IMemoryOwner<byte> item = await reader.ReadAsync().Done();
            Assert.AreEqual(length, item.Memory.Length);
            Assert.IsFalse(item.Memory.Span.ContainsAnyExcept(value));
            Assert.AreEqual(isInSegment, RentedMemoryTests.IsInSegment(item));
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task OneEndNever_GoesOverTheSocket(bool isKeptOne)
    {
        var never = new DuplexChannelOptions<int, int> { Connection = new() { SharedMemory = SharedMemoryUse.Never } };
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair(isKeptOne ? never : null, isKeptOne ? null : never);
        await using DuplexChannel<int, int> there = await DuplexChannel<int, int>.OpenAsync(await EndTickets.PassAsync(given)).Done();
        await using (kept)
        {
            await kept.Writer.WriteAsync(1).Done();
            Assert.AreEqual(1, await there.Reader.ReadAsync().Done());
            Assert.IsFalse(kept.Peer!.IsSharedMemory);
            Assert.IsFalse(there.Peer!.IsSharedMemory);
        }
    }

    [TestMethod]
    public Task AcceptedBeforeTheOtherEndWasOpened_PlainItems_GoOverInOrder() => GoOverAsync(static i => i, static (item, i) => item == i);

    [TestMethod]
    public Task AcceptedBeforeTheOtherEndWasOpened_Texts_GoOverInOrder() =>
        GoOverAsync(static i => i % 7 == 0 ? null : $"item {i}", static (item, i) => item == (i % 7 == 0 ? null : $"item {i}"));

    [TestMethod]
    public Task AcceptedBeforeTheOtherEndWasOpened_LargeItems_GoOverInOrder() =>
        GoOverAsync(Large, static (item, i) => item.AsSpan().SequenceEqual(Large(i)));

    [TestMethod]
    public async Task CompletedBeforeTheOtherEndWasOpened_AllIsReadAndTheEndIsClean()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> given) = CrossChannel.CreatePipe<int>(new BoundedChannelOptions(10));
        TransferTicket ticket = await EndTickets.PassAsync(given);
        await using (writer)
        {
            Assert.IsTrue(writer.TryWrite(1) && writer.TryWrite(2));
            writer.Complete();
            await using CrossChannelReader<int> reader = await CrossChannelReader<int>.OpenAsync(ticket).Done();
            CollectionAssert.AreEqual((int[])[1, 2], await ChannelCore.ReadAllAsync(reader).Done());
            await writer.JoinAsync().Done();
        }
    }

    [TestMethod]
    public async Task ReaderThatWaitedBeforeItWasConnected_IsServed()
    {
        (CrossChannelWriter<string> given, CrossChannelReader<string> reader) = CrossChannel.CreatePipe<string>();
        TransferTicket ticket = await EndTickets.PassAsync(given);
        await using (reader)
        {
            Task<string> first = reader.ReadAsync().AsTask();
            Task<bool> any = reader.WaitToReadAsync().AsTask();
            using var stop = new CancellationTokenSource();
            Task<string> canceled = reader.ReadAsync(stop.Token).AsTask();
            await stop.CancelAsync();
            await canceled.Fails<OperationCanceledException>();
            await using CrossChannelWriter<string> writer = await CrossChannelWriter<string>.OpenAsync(ticket).Done();
            await writer.WriteAsync("one").Done();
            await writer.WriteAsync("two").Done();
            Assert.AreEqual("one", await first.Done());
            Assert.IsTrue(await any.Done());
            Assert.AreEqual("two", await reader.ReadAsync().Done());
            writer.Complete();
            await reader.Completion.Done();
        }
    }

    /// <summary>Calls from several threads, at the moment at which the end goes over to its lane.</summary>
    [TestMethod]
    public async Task CallsMeetTheChange_EachItemOnceAndInOrder()
    {
        for (int round = 0; round < 20; round++)
        {
            (CrossChannelWriter<long> writer, CrossChannelReader<long> given) = CrossChannel.CreatePipe<long>(new BoundedChannelOptions(1 + round));
            TransferTicket ticket = await EndTickets.PassAsync(given);
            const int Each = 300, Writers = 3;
            Task[] writing = [.. Enumerable.Range(0, Writers).Select(number => Task.Run(async () =>
            {
                for (int i = 0; i < Each; i++)
                {
                    long item = (number * Each) + i;
                    if (i % 3 == 0)
                        await writer.WriteAsync(item);
                    else if (i % 3 == 1)
                        await writer.WriteManyAsync((long[])[item]);
                    else
                    {
                        while (!writer.TryWrite(item))
                            Assert.IsTrue(await writer.WaitToWriteAsync());
                    }
                }
            }))];
            await using CrossChannelReader<long> reader = await CrossChannelReader<long>.OpenAsync(ticket).Done();
            long[] next = new long[Writers];
            for (int i = 0; i < Each * Writers; i++)
            {
                long item = await reader.ReadAsync().Done($"item {i} of round {round}");
                Assert.AreEqual(next[item / Each]++, item % Each);
            }
            await Task.WhenAll(writing).Done();
            await writer.DisposeAsync().Done();
        }
    }

    private static byte[] Large(int i)
    {
        byte[] bytes = new byte[70_000 + i];
        bytes.AsSpan().Fill((byte)i);
        return bytes;
    }

    private static async Task GoOverAsync<T>(Func<int, T> make, Func<T, int, bool> isItem)
    {
        const int Capacity = 20, Blocked = 5;
        (DuplexChannel<T, NoItem> kept, DuplexChannel<NoItem, T> given) =
            CrossChannel.CreatePair<T, NoItem>(null, new() { Reading = new BoundedChannelOptions(Capacity) });
        TransferTicket ticket = await EndTickets.PassAsync(given);
        await using (kept)
        {
            // Large ones are done only when they are written.
            Task[] accepted = [.. Enumerable.Range(0, Capacity).Select(i => kept.Writer.WriteAsync(make(i)).AsTask())];
            Assert.IsFalse(kept.Writer.TryWrite(make(0)));
            Task[] blocked = [.. Enumerable.Range(Capacity, Blocked).Select(i => kept.Writer.WriteAsync(make(i)).AsTask())];
            Task<bool> wait = kept.Writer.WaitToWriteAsync().AsTask();
            Task flush = kept.Writer.FlushAsync().AsTask();
            Task join = kept.Writer.JoinAsync().AsTask();
            await using DuplexChannel<NoItem, T> there = await DuplexChannel<NoItem, T>.OpenAsync(ticket).Done();
            await flush.Done();
            Assert.IsTrue((await kept.WaitForPeerAsync().Done()).IsSharedMemory);
            for (int i = 0; i < Capacity + Blocked; i++)
                Assert.IsTrue(isItem(await there.Reader.ReadAsync().Done(), i), $"item {i}");
            await Task.WhenAll([.. accepted, .. blocked]).Done();
            Assert.IsTrue(await wait.Done());
            await join.Done();
        }
    }
}
