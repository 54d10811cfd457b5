using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Links;

[TestClass]
public sealed class LinkTests
{
    [TestMethod]
    public async Task Start_InputNeverPauses_ReturnsToItsCaller()
    {
        var input = new EndlessInput();
        Link link = LinkTest.Make<long, string>(input, new CollectingOutput());
        // On a thread of its own, since this is about a call that may never come back.
        await Task.Factory.StartNew(link.Start, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Done("a caller waits for a link to start");
        input.Stop();
        await link.Closed.Done("a link waits for its end");
    }

    [TestMethod]
    public async Task Refusal_GreetingIsNotWrittenYet_GoesAfterIt()
    {
        var input = new ScriptedInput();
        var output = new CollectingOutput();
        var scheduler = new LateScheduler();
        Link link = LinkTest.Make<long, string>(input, output, scheduler: scheduler);
        input.Add(Wire.Greeting<int, long>());
        link.Start();
        // What was queued first, the greeting's write, runs last.
        scheduler.RunBackwards();
        await link.Greeted.Fails<LinkRefusedException>("a link waits for its refusal");
        scheduler.RunBackwards();
        input.End();
        await link.Closed.Done("a link waits for its end");
        byte[] written = output.Written;
        Assert.IsTrue(Preamble.TryRead(written, out Preamble preamble));
        FrameHeader header = FrameHeader.Read(written.AsSpan(Preamble.Size + preamble.HelloLength));
        Assert.AreEqual(FrameType.Refuse, header.Type);
        Assert.HasCount(Preamble.Size + preamble.HelloLength + FrameHeader.Size + (int)header.Length, written);
    }

    [TestMethod]
    public async Task LargeItem_TakesLongerThanPeerTimeout_PeerIsNotSilent()
    {
        var clock = new ManualTimeProvider();
        var input = new ScriptedInput();
        Link link = LinkTest.Make<long, byte[]>(
            input, new CollectingOutput(), new ConnectionOptions { TimeProvider = clock, PeerTimeout = TimeSpan.FromSeconds(10) }, window: 1 << 20, maxItemBytes: 1 << 20);
        byte[] large = Wire.Items(0, 1, 0, Wire.Item(new byte[100_000]));
        input.Add([.. Wire.Greeting<byte[], long>(), .. Wire.Welcome()]);
        link.Start();
        await link.Greeted.Done("a link waits for its peer");
        await input.WaitUntilAskedAsync().Done("a link waits to ask");
        await input.WaitUntilAskedAsync().Done("a link waits to ask again");
        for (int part = 0; part < 10; part++)
        {
            input.Add(large[(part * 1000)..((part + 1) * 1000)]);
            await input.WaitUntilAskedAsync().Done($"a link waits for part {part}");
            for (int second = 0; second < 8; second++)
                clock.Advance(TimeSpan.FromSeconds(1));
        }
        input.Add(large[10_000..]);
        await input.WaitUntilAskedAsync().Done("a link waits for the rest");
        Assert.IsNull(link.Receiver.Closure);
        Assert.AreEqual(1, link.Items().Count);

        for (int second = 0; second < 15; second++)
            clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(EndingKind.TimedOut, link.Receiver.Closure!.Ending.Kind);
        input.End();
        clock.Advance(TimeSpan.FromSeconds(2));
        await link.Closed.Done("a link waits for its end");
    }

    [TestMethod]
    public void LargePayload_OnlyAnnounced_IsNotAllocated()
    {
        const int Announced = 16 << 20;
        long before = GC.GetAllocatedBytesForCurrentThread();
        var payload = new LargePayload(Announced, 1, new byte[100], 64 * 1024);
        int received = 100;
        Assert.IsLessThanOrEqualTo(128 * 1024, payload.Room.Length);
        while (received < 1 << 20)
        {
            // Never more room than twice of what has come, or what the peer has sent before.
            Assert.IsLessThanOrEqualTo(Math.Max(128 * 1024, 2 * received), received + payload.Room.Length);
            int count = Math.Min(1000, payload.Room.Length);
            payload.Filled(count);
            received += count;
        }
        Assert.IsFalse(payload.IsWhole);
        payload.Drop();
        Assert.IsLessThan(Announced / 2, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void LargePayload_FilledInAnyPieces_IsWholeAndTheSame()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        var payload = new LargePayload(bytes.Length, 1, bytes.AsSpan(0, 7), 10);
        var random = new Random(2);
        for (int at = 7; at < bytes.Length;)
        {
            int count = Math.Min(1 + random.Next(5000), payload.Room.Length);
            bytes.AsMemory(at, count).CopyTo(payload.Room);
            payload.Filled(count);
            at += count;
        }
        Assert.IsTrue(payload.IsWhole);
        Segment segment = payload.TakeSegment();
        CollectionAssert.AreEqual(bytes, segment.Array[..segment.Written]);
        segment.Release();
    }

    [TestMethod]
    public async Task Peer_GrantsItemsWithoutLimitAndOneByte_UnsentIsBoundedByWhatItTakes()
    {
        var input = new ScriptedInput();
        Link link = LinkTest.Make<long, NoItem>(input, new CollectingOutput { Holds = true });
        input.Add([.. Wire.Greeting<NoItem, long>(), .. Wire.Welcome(long.MaxValue, 1)]);
        link.Start();
        await link.Greeted.Done("a link waits for its peer");
        int accepted = 0;
        while (((ItemSender)link.Sender).TryAccept(1L))
            accepted++;
        // One MiB of 8 bytes would be 131,072 items; each stands in a block of its own.
        Assert.IsLessThan((1 << 20) / 128, accepted);
        input.End();
        await link.Closed.Done("a link waits for its end");
    }

    [TestMethod]
    public async Task Peer_PingsAndReadsNothing_AnswersAreBounded()
    {
        var input = new ScriptedInput();
        var output = new CollectingOutput { Holds = true };
        Link link = LinkTest.Make<long, long>(input, output, new ConnectionOptions { MaxEmptyFramesPerSecond = int.MaxValue });
        input.Add([.. Wire.Greeting<long, long>(), .. Wire.Welcome()]);
        link.Start();
        await link.Greeted.Done("a link waits for its peer");
        for (int i = 0; i < 10_000; i++)
            input.Add(Wire.Counter(FrameType.Ping, i));
        for (int i = 1; i < 10_000; i++)
            input.Add(Wire.Counter(FrameType.Join, 0));
        input.Add(Wire.Longs(0, 1));
        await Wait.Until(() => link.Items().Count == 1, "a link waits for the item behind the pings");
        int before = output.Written.Length;
        output.Release();
        Assert.IsTrue(link.Items().TryTake(out long _));
        input.End();
        await link.Closed.Done("a link waits for its end");
        Assert.IsLessThan(before + (200 * CounterFrame.Size), output.Written.Length);
    }

    /// <summary>Gives greeting, Welcome, then frames of nothing, without ever waiting.</summary>
    private sealed class EndlessInput : LinkInput
    {
        private byte[] _next = [.. Wire.Greeting<string, long>(), .. Wire.Welcome()];
        private bool _isStopped;

        public void Stop() => Volatile.Write(ref _isStopped, true);

        public override ValueTask<int> ReadAsync(Memory<byte> destination)
        {
            if (Volatile.Read(ref _isStopped))
                return new ValueTask<int>(0);
            int count = Math.Min(_next.Length, destination.Length);
            _next.AsMemory(0, count).CopyTo(destination);
            _next = _next[count..];
            if (_next.Length == 0)
            {
                // A trickle, and not so many frames that the rate limit ends it.
                _next = Wire.Counter(FrameType.Join, _joined++);
            }
            return new ValueTask<int>(count);
        }

        private long _joined = 1;

        public override ValueTask CloseAsync()
        {
            Stop();
            return default;
        }
    }
}
