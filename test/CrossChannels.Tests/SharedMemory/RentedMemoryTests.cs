using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.TestChild;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Items whose memory the writer rents, fills and writes, and the reader gets and gives back: without a copy over a lane, and with the same calls everywhere.</summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class RentedMemoryTests
{
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1";
    private static readonly int s_kills = s_isLong ? 500 : 10;
    private static readonly int s_seeds = s_isLong ? 1000 : 40;

    // Every seventh byte value in turn, over and over: an item is a piece of it.
    private static readonly byte[] s_pattern = [.. Enumerable.Range(0, 64 * 1024).Select(static i => (byte)(i * 7))];

    [TestMethod]
    [DataRow("shm:")]
    [DataRow("mem:")]
    [DataRow("")]
    public async Task RentFillWriteReadDispose_WorksOverEveryConnection(string scheme)
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenAsync($"{scheme}{TransportTest.UniqueName()}", new BoundedChannelOptions(3));
        foreach (int size in (int[])[1, 17, 4096, 4097, 100_000, 0, 3_000_000])
        {
            for (int way = 0; way < 3; way++)
            {
                using IMemoryOwner<byte> item = ends.Writer.Rent(size);
                Assert.AreEqual(size, item.Memory.Length);
                Fill(item, size + way);
                if (way == 0)
                    await ends.Writer.WriteAsync(item).Done();
                else if (way == 1)
                    Assert.IsTrue(await ends.Writer.WaitToWriteAsync().Done() && ends.Writer.TryWrite(item));
                else
                    await ends.Writer.WriteManyAsync(new[] { item }).Done();
                Assert.ThrowsExactly<ObjectDisposedException>(() => item.Memory);
                Assert.ThrowsExactly<ObjectDisposedException>(() => ends.Writer.TryWrite(item));
                await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => ends.Writer.WriteAsync(item).Done());

                IMemoryOwner<byte> read = await ends.Reader.ReadAsync().Done();
                AssertFilled(read.Memory, size, size + way);
                read.Dispose();
                read.Dispose();
                Assert.ThrowsExactly<ObjectDisposedException>(() => read.Memory);
            }
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ends.Writer.Rent(-1));
    }

    [TestMethod]
    public async Task OverALane_BothEndsHaveThePagesOfTheSegment_AndUseThemAgain()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(10);
        HashSet<nint> places = [], readPlaces = [];
        for (int i = 0; i < 1000; i++)
        {
            using IMemoryOwner<byte> item = ends.Writer.Rent(100_000);
            places.Add(Place(item));
            await ends.Writer.WriteAsync(item).Done();
            using IMemoryOwner<byte> read = await ends.Reader.ReadAsync().Done();
            readPlaces.Add(Place(read));
        }
        Assert.IsTrue(places.Concat(readPlaces).All(IsInSegment));
        Assert.IsLessThan(10, places.Count);
    }

    [TestMethod]
    public async Task ReaderOfArrays_GetsCopies_AndThePagesAreFree()
    {
        ChannelAddress address = ChannelAddress.SharedMemory(TransportTest.UniqueName());
        await using DuplexChannelListener<NoItem, byte[]> listener = await CrossChannel.ListenAsync<NoItem, byte[]>(address).Done();
        await using DuplexChannel<IMemoryOwner<byte>, NoItem> writing = await CrossChannel.ConnectAsync<IMemoryOwner<byte>, NoItem>(address).Done();
        await using DuplexChannel<NoItem, byte[]> reading = await listener.AcceptAsync().Done();
        byte[] room = new byte[1 << 20];
        // Far more than there are pages.
        for (int i = 0; i < 300; i++)
        {
            using IMemoryOwner<byte> item = writing.Writer.Rent(1 << 20);
            Assert.IsTrue(IsInSegment(item));
            Fill(item, i);
            await writing.Writer.WriteAsync(item).Done();
            if (i % 3 == 0)
                AssertFilled(await reading.Reader.ReadAsync().Done(), 1 << 20, i);
            else if (i % 3 == 1)
                AssertFilled(room.AsMemory(0, await reading.Reader.ReadIntoAsync(room).Done()), 1 << 20, i);
            else
                AssertPeekedThenRead(reading.Reader, i);
        }

        static void AssertPeekedThenRead(CrossChannelReader<byte[]> reader, int seed)
        {
            Assert.IsTrue(reader.TryPeek(out byte[]? peeked));
            AssertFilled(peeked, 1 << 20, seed);
            Assert.IsTrue(reader.TryRead(out byte[]? read));
            AssertFilled(read, 1 << 20, seed);
        }
    }

    [TestMethod]
    public async Task RentedAndOtherItems_ComeInOneOrder()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(50);
        var random = new Random(3);
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 5000; i++)
            {
                int size = 1 + (i * 37 % 9000);
                using IMemoryOwner<byte> item = random.Next(2) == 0 ? ends.Writer.Rent(size) : new Owned(size);
                Fill(item, i);
                if (!ends.Writer.TryWrite(item))
                    await ends.Writer.WriteAsync(item);
            }
            ends.Writer.Complete();
        });
        int next = 0;
        List<IMemoryOwner<byte>> held = [];
        await foreach (IMemoryOwner<byte> item in ends.Reader.ReadAllAsync())
        {
            AssertFilled(item.Memory, 1 + (next * 37 % 9000), next);
            next++;
            held.Add(item);
            if (held.Count < 20)
                continue;
            int at = next % held.Count;
            held[at].Dispose();
            held.RemoveAt(at);
        }
        held.ForEach(static item => item.Dispose());
        await writing.Done();
        Assert.AreEqual(5000, next);
    }

    [TestMethod]
    public async Task ReaderKeepsItems_TheWriterGetsOtherMemory_AndPagesAgainWhenSomeAreBack()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(10);
        Queue<IMemoryOwner<byte>> held = new();
        while (true)
        {
            using IMemoryOwner<byte> item = ends.Writer.Rent(8 << 20);
            bool isInSegment = IsInSegment(item);
            Fill(item, held.Count);
            await ends.Writer.WriteAsync(item).Done();
            held.Enqueue(await ends.Reader.ReadAsync().Done());
            if (!isInSegment)
                break;
        }
        Assert.IsGreaterThan(2, held.Count);
        for (int i = 0; held.TryDequeue(out IMemoryOwner<byte>? item); i++)
        {
            AssertFilled(item.Memory, 8 << 20, i);
            item.Dispose();
        }
        using IMemoryOwner<byte> again = ends.Writer.Rent(8 << 20);
        Assert.IsTrue(IsInSegment(again));
    }

    [TestMethod]
    [DataRow("shm:")]
    [DataRow("mem:")]
    public async Task WriteIsCanceled_OrNotAccepted_TheMemoryIsTheProgramsAgain(string scheme)
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenAsync($"{scheme}{TransportTest.UniqueName()}", new BoundedChannelOptions(1));
        using IMemoryOwner<byte> first = ends.Writer.Rent(10), second = ends.Writer.Rent(20);
        Fill(second, 2);
        await ends.Writer.WriteAsync(first).Done();
        using (var stop = new CancellationTokenSource())
        {
            Task write = ends.Writer.WriteAsync(second, stop.Token).AsTask();
            Assert.ThrowsExactly<ObjectDisposedException>(() => ends.Writer.TryWrite(second));
            await stop.CancelAsync();
            await write.Fails<OperationCanceledException>("a write that is canceled");
        }
        Assert.IsFalse(ends.Writer.TryWrite(second));
        AssertFilled(second.Memory, 20, 2);
        Task waiting = ends.Writer.WriteAsync(second).AsTask();
        (await ends.Reader.ReadAsync().Done()).Dispose();
        await waiting.Done();
        using IMemoryOwner<byte> read = await ends.Reader.ReadAsync().Done();
        AssertFilled(read.Memory, 20, 2);
    }

    [TestMethod]
    public async Task DisposedWhileItIsWritten_IsWritten()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(1);
        IMemoryOwner<byte> first = ends.Writer.Rent(10), second = ends.Writer.Rent(20);
        Fill(second, 2);
        await ends.Writer.WriteAsync(first).Done();
        Task waiting = ends.Writer.WriteAsync(second).AsTask();
        second.Dispose();
        (await ends.Reader.ReadAsync().Done()).Dispose();
        await waiting.Done();
        using IMemoryOwner<byte> read = await ends.Reader.ReadAsync().Done();
        AssertFilled(read.Memory, 20, 2);
    }

    [TestMethod]
    public async Task ItemTooLarge_Throws_AndTheMemoryIsTheProgramsStill()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(1);
        using IMemoryOwner<byte> item = ends.Writer.Rent((16 << 20) + 1);
        await Assert.ThrowsExactlyAsync<ItemTooLargeException>(() => ends.Writer.WriteAsync(item).Done());
        Assert.ThrowsExactly<ItemTooLargeException>(() => ends.Writer.TryWrite(item));
        Assert.AreEqual((16 << 20) + 1, item.Memory.Length);
    }

    /// <summary>An owner that another writer rented is an item like any other.</summary>
    [TestMethod]
    public async Task WrittenToAnotherWriter_IsCopied_AndStaysTheProgramsMemory()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(1), others = await OpenLaneAsync(1);
        using IMemoryOwner<byte> item = others.Writer.Rent(20);
        Fill(item, 1);
        await ends.Writer.WriteAsync(item).Done();
        using IMemoryOwner<byte> read = await ends.Reader.ReadAsync().Done();
        AssertFilled(read.Memory, 20, 1);
        AssertFilled(item.Memory, 20, 1);
        await others.Writer.WriteAsync(item).Done();
    }

    [TestMethod]
    public async Task LinkIsOver_WhatIsHeldCanBeUsedAndDisposed_AndThenTheSegmentIsGone()
    {
        IMemoryOwner<byte> rented, read;
        await using (LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(10))
        {
            rented = ends.Writer.Rent(50_000);
            using IMemoryOwner<byte> item = ends.Writer.Rent(60_000);
            Fill(item, 6);
            await ends.Writer.WriteAsync(item).Done();
            read = await ends.Reader.ReadAsync().Done();
        }
        nint rentedAt = Place(rented), readAt = Place(read);
        Assert.IsTrue(IsInSegment(rentedAt) && IsInSegment(readAt));
        Fill(rented, 5);
        AssertFilled(rented.Memory, 50_000, 5);
        AssertFilled(read.Memory, 60_000, 6);
        rented.Dispose();
        read.Dispose();
        rented.Dispose();
        Assert.IsFalse(IsInSegment(rentedAt) || IsInSegment(readAt));
    }

    [TestMethod]
    public async Task LinkIsOver_RentGivesOtherMemory_AndTheWriteFailsAsEver()
    {
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(10);
        using IMemoryOwner<byte> before = ends.Writer.Rent(10);
        ends.First.Abort();
        await ends.Writer.Ended.Done();
        using IMemoryOwner<byte> after = ends.Writer.Rent(10);
        foreach (IMemoryOwner<byte> item in (IMemoryOwner<byte>[])[before, after])
        {
            Assert.IsFalse(ends.Writer.TryWrite(item));
            await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => ends.Writer.WriteAsync(item).Done());
            Fill(item, 1);
        }
    }

    [TestMethod]
    public async Task WriterKilled_WhatItPublishedIsRead_AndWhatIsHeldStays()
    {
        int mappings = Mappings.Count(Environment.ProcessId);
        for (int count = 1; count <= s_kills; count++)
        {
            await using DuplexChannelListener<NoItem, IMemoryOwner<byte>> listener =
                await CrossChannel.ListenAsync<NoItem, IMemoryOwner<byte>>(TransportTest.UniqueName(), new() { Reading = new BoundedChannelOptions(s_kills) }).Done();
            await using ChildProcess child = ChildProcess.Start("write-rented", listener.Address.ToString(), $"{count}");
            await using DuplexChannel<NoItem, IMemoryOwner<byte>> channel = await listener.AcceptAsync().Done();
            Assert.IsTrue(channel.Peer!.IsSharedMemory);
            Assert.AreEqual("written", await child.ReadLineAsync());
            using IMemoryOwner<byte> first = await channel.Reader.ReadAsync().Done();
            await child.KillAsync();
            Assert.IsTrue(IsInSegment(first));
            for (int number = 1; number < count; number++)
            {
                using IMemoryOwner<byte> item = await channel.Reader.ReadAsync().Done();
                Assert.IsTrue(item.Memory.Span.SequenceEqual(Job.MakeBytes(number)));
            }
            await channel.Reader.Completion.Fails<ConnectionLostException>("the reader of a killed writer waits for its end");
            Assert.IsTrue(first.Memory.Span.SequenceEqual(Job.MakeBytes(0)));
        }
        Assert.IsLessThanOrEqualTo(mappings, Mappings.Count(Environment.ProcessId));
    }

    [TestMethod]
    public async Task ReaderKilled_WithAllThePages_TheWriterHearsOfIt_AndTheSegmentIsGone()
    {
        const int Held = 20;
        int mappings = Mappings.Count(Environment.ProcessId);
        await using (DuplexChannelListener<IMemoryOwner<byte>, NoItem> listener = await CrossChannel.ListenAsync<IMemoryOwner<byte>, NoItem>(TransportTest.UniqueName()).Done())
        {
            await using ChildProcess child = ChildProcess.Start("hold-rented", listener.Address.ToString(), $"{Held}");
            await using DuplexChannel<IMemoryOwner<byte>, NoItem> channel = await listener.AcceptAsync().Done();
            for (int i = 0; i < Held; i++)
            {
                using IMemoryOwner<byte> item = channel.Writer.Rent(8 << 20);
                await channel.Writer.WriteAsync(item).Done();
            }
            Assert.AreEqual("held", await child.ReadLineAsync());
            using IMemoryOwner<byte> rented = channel.Writer.Rent(10);
            await child.KillAsync();
            await channel.Writer.Ended.Done();
            Assert.AreEqual(0, channel.Writer.UnreceivedCount);
            Fill(rented, 1);
            await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => channel.Writer.WriteAsync(rented).Done());
        }
        Assert.IsLessThanOrEqualTo(mappings, Mappings.Count(Environment.ProcessId));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task HubsChannel_CopiesWhatIsRented(bool isLane)
    {
        string name = TransportTest.UniqueName();
        await using SharedChannel<IMemoryOwner<byte>> owner = await CrossChannel.CreateBoundedAsync<IMemoryOwner<byte>>(
            isLane ? ChannelAddress.SharedMemory(name) : ChannelAddress.Memory(name), 8).Done();
        await using CrossChannelWriter<IMemoryOwner<byte>> writer = await CrossChannel.OpenWriterAsync<IMemoryOwner<byte>>(owner.Address).Done();
        await using CrossChannelReader<IMemoryOwner<byte>> reader = await CrossChannel.OpenReaderAsync<IMemoryOwner<byte>>(owner.Address).Done();
        foreach (CrossChannelWriter<IMemoryOwner<byte>> one in (CrossChannelWriter<IMemoryOwner<byte>>[])[writer, owner.Writer])
        {
            using IMemoryOwner<byte> item = one.Rent(100_000);
            Fill(item, 4);
            await one.WriteAsync(item).Done();
            Assert.ThrowsExactly<ObjectDisposedException>(() => item.Memory);
            using IMemoryOwner<byte> read = await reader.ReadAsync().Done();
            AssertFilled(read.Memory, 100_000, 4);
        }
    }

    [TestMethod]
    public async Task DisposedAtAnyMoment_FromSeveralThreads_EveryBlockComesBack()
    {
        int before = Mappings.Count(Environment.ProcessId);
        for (int seed = 0; seed < s_seeds; seed++)
        {
            var random = new Random(seed);
            await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenLaneAsync(1 + random.Next(5));
            int endAt = random.Next(200);
            Task[] traffic =
            [
                Task.Run(() => WriteAsync(ends, endAt)),
                Task.Run(() => WriteAsync(ends, endAt)),
                Task.Run(() => ReadAsync(ends.Reader)),
                Task.Run(() => ReadAsync(ends.Reader)),
            ];
            await Task.WhenAll(traffic).Done();
        }
        Assert.IsLessThanOrEqualTo(before, Mappings.Count(Environment.ProcessId));

        static async Task WriteAsync(LinkEnds<IMemoryOwner<byte>, NoItem> ends, int endAt)
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    using IMemoryOwner<byte> item = ends.Writer.Rent(1 + (i * 997 % 20_000));
                    Fill(item, i);
                    Task disposing = i % 5 == 0 ? Task.Run(item.Dispose) : Task.CompletedTask;
                    try
                    {
                        await ends.Writer.WriteAsync(item);
                    }
                    catch (ObjectDisposedException) when (i % 5 == 0)
                    {
                        // The other thread was first.
                    }
                    await disposing;
                    if (i == endAt)
                        ends.First.Abort();
                }
            }
            catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
            {
                // The link is over.
            }
        }

        static async Task ReadAsync(CrossChannelReader<IMemoryOwner<byte>> reader)
        {
            try
            {
                while (true)
                {
                    IMemoryOwner<byte> item = await reader.ReadAsync();
                    await Task.WhenAll(Task.Run(item.Dispose), Task.Run(item.Dispose));
                }
            }
            catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
            {
                // The link is over.
            }
        }
    }

    [TestMethod]
    public async Task LostByItsProgram_IsLogged_AndItsPagesAreNotUsedAgain()
    {
        var log = new LogList();
        ConnectionOptions connection = new() { Logger = log };
        await using LinkEnds<IMemoryOwner<byte>, NoItem> ends = await OpenAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), new BoundedChannelOptions(10), connection);
        nint lost = Lose(ends.Writer);
        await ReadAndLoseAsync(ends);
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return log.Count("MemoryLost") == 2;
        });
        for (int i = 0; i < 100; i++)
        {
            using IMemoryOwner<byte> item = ends.Writer.Rent(100);
            Assert.AreNotEqual(lost, Place(item));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static nint Lose(CrossChannelWriter<IMemoryOwner<byte>> writer) => Place(writer.Rent(100));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task ReadAndLoseAsync(LinkEnds<IMemoryOwner<byte>, NoItem> ends)
        {
            using IMemoryOwner<byte> item = ends.Writer.Rent(100);
            await ends.Writer.WriteAsync(item).Done();
            Assert.IsTrue(ends.Reader.TryRead(out _));
        }
    }

    private static Task<LinkEnds<IMemoryOwner<byte>, NoItem>> OpenLaneAsync(int capacity) =>
        OpenAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), new BoundedChannelOptions(capacity));

    private static async Task<LinkEnds<IMemoryOwner<byte>, NoItem>> OpenAsync(ChannelAddress address, ChannelOptions reading, ConnectionOptions? connection = null)
    {
        connection ??= new();
        (DuplexChannel<IMemoryOwner<byte>, NoItem> writing, DuplexChannel<NoItem, IMemoryOwner<byte>> there) = await ChannelContract.ConnectAsync<IMemoryOwner<byte>, NoItem>(
            address, new() { Connection = connection }, new() { Reading = reading, Connection = connection });
        return new LinkEnds<IMemoryOwner<byte>, NoItem>(writing, there, nameof(RentedMemoryTests));
    }

    private static unsafe nint Place(IMemoryOwner<byte> item)
    {
        using MemoryHandle pin = item.Memory.Pin();
        return (nint)pin.Pointer;
    }

    internal static bool IsInSegment(IMemoryOwner<byte> item) => IsInSegment(Place(item));

    private static bool IsInSegment(nint place) => Mappings.Ranges().Exists(range => range.Start <= place && place < range.End);

    private static void Fill(IMemoryOwner<byte> item, int seed)
    {
        Span<byte> bytes = item.Memory.Span;
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = Pattern(seed, bytes.Length);
            piece.CopyTo(bytes);
            bytes = bytes[piece.Length..];
        }
    }

    private static void AssertFilled(ReadOnlyMemory<byte> item, int length, int seed)
    {
        Assert.AreEqual(length, item.Length);
        ReadOnlySpan<byte> bytes = item.Span;
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = Pattern(seed, bytes.Length);
            Assert.IsTrue(bytes[..piece.Length].SequenceEqual(piece), $"{bytes.Length} bytes before the end of {length}");
            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>A piece that begins with the byte of a seed. It ends where the pattern begins again, so that pieces follow each other.</summary>
    private static ReadOnlySpan<byte> Pattern(int seed, int most)
    {
        // 7 times 183 is 1, in bytes.
        int start = unchecked(seed * 183) & 0xff;
        return s_pattern.AsSpan(start, Math.Min(most, s_pattern.Length - 256));
    }

    private sealed class Owned(int length) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[length];

        public void Dispose()
        {
        }
    }
}
