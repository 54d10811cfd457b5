using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Injection;
using CrossChannels.Threading;

namespace CrossChannels.Tests.Links;

/// <summary>The link of a writer, or of a reader, of a shared channel, and a test in the place of the hub.</summary>
[TestClass]
public sealed class SharedLinkTests
{
    private readonly ScriptedInput _input = new();
    private readonly ManualTimeProvider _clock = new();

    [TestMethod]
    public async Task Writer_NoCredit_AsksOnceAPosition()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 0);
        ItemSender sender = (ItemSender)link.Sender;
        Assert.IsFalse(sender.TryAccept(1L));
        Assert.IsFalse(sender.TryAccept(1L));
        Task write = Write(sender);
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L) }, await AfterPongAsync(output));
        _input.Add(Wire.Credit(1, 10_000));
        await write.Done();
        Task<bool> room = sender.WaitAsync(default).AsTask();
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L), (FrameType.Want, 1L) }, await AfterPongAsync(output));
        _input.Add(Wire.Credit(2, 10_000));
        Assert.IsTrue(await room.Done());
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_CreditReachesOnlyTheFirst_AsksForTheOthers()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 0);
        ItemSender sender = (ItemSender)link.Sender;
        Task write = Write(sender);
        Task<bool> room = sender.WaitAsync(default).AsTask();
        _input.Add(Wire.Credit(1, 10_000));
        await write.Done();
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L), (FrameType.Want, 1L) }, await AfterPongAsync(output));
        Assert.IsFalse(room.IsCompleted);
        _input.Add(Wire.Credit(2, 10_000));
        Assert.IsTrue(await room.Done());
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_WelcomeReachesOnlyTheFirst_AsksForTheOthers()
    {
        var output = new CollectingOutput();
        Link link = Make(output, LinkRole.Writer);
        ItemSender sender = (ItemSender)link.Sender;
        Task first = Write(sender), second = Write(sender);
        link.Start();
        _input.Add([.. Greeting<NoItem, long>(LinkRole.Writer), .. Wire.Welcome(items: 1, bytes: 10_000)]);
        await first.Done();
        CollectionAssert.IsSubsetOf(new[] { (FrameType.Want, 1L) }, await AfterPongAsync(output));
        _input.Add(Wire.Credit(2, 10_000));
        await second.Done();
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_Canceled_WithdrawsWhenNobodyIsLeft()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 0);
        ItemSender sender = (ItemSender)link.Sender;
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task write = Write(sender, first.Token);
        Task room = sender.WaitAsync(second.Token).AsTask();
        await first.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => write.Done());
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L) }, await AfterPongAsync(output));
        await second.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => room.Done());
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L), (FrameType.WantWithdrawn, 0L) }, await AfterPongAsync(output));
        _ = sender.TryAccept(1L);
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L), (FrameType.WantWithdrawn, 0L), (FrameType.Want, 0L) }, await AfterPongAsync(output));
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_Revoked_GivesBackAndAsksForThoseThatWaitForBytes()
    {
        var output = new CollectingOutput();
        // Eight bytes may be unsent, and no byte may be sent.
        Link link = await WriterAsync(output, credit: 5, bytes: 1, maxUnsentBytes: 8);
        ItemSender sender = (ItemSender)link.Sender;
        Assert.IsTrue(sender.TryAccept(1L));
        await Wait.Until(() => Frames(output).Contains((FrameType.Items, 0)));
        Assert.IsTrue(sender.TryAccept(2L));
        Task write = Write(sender);
        Assert.DoesNotContain(FrameType.Want, Types(await AfterPongAsync(output)));
        _input.Add(Wire.Counter(FrameType.Revoke, 0));
        List<(FrameType Type, long Value)> said = await AfterPongAsync(output);
        CollectionAssert.AreEqual(new[] { (FrameType.Revoked, 2L), (FrameType.Want, 2L) }, said[^2..]);
        _input.Add(Wire.Credit(3, 9));
        await write.Done();
        await EndAsync(link);
    }

    /// <summary>The hub may have granted what was asked for, and have taken it back before it told.</summary>
    [TestMethod]
    public async Task Writer_RevokedBeforeCreditIsTold_AsksAgain()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 0);
        Task write = Write((ItemSender)link.Sender);
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L) }, await AfterPongAsync(output));
        _input.Add(Wire.Counter(FrameType.Revoke, 0));
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L), (FrameType.Revoked, 0L), (FrameType.Want, 0L) }, await AfterPongAsync(output));
        _input.Add(Wire.Credit(1, 10_000));
        await write.Done();
        await EndAsync(link);
    }

    /// <summary>What was granted is not asked for any more, so that a wait for bytes, which asks for nothing, takes nothing back.</summary>
    [TestMethod]
    public async Task Writer_CanceledAfterCreditCame_WithdrawsNothing()
    {
        var output = new CollectingOutput();
        // Eight bytes may be unsent, and only one lone item may be sent.
        Link link = await WriterAsync(output, credit: 0, bytes: 1, maxUnsentBytes: 8);
        ItemSender sender = (ItemSender)link.Sender;
        Assert.IsFalse(sender.TryAccept(1L));
        CollectionAssert.AreEqual(new[] { (FrameType.Want, 0L) }, await AfterPongAsync(output));
        _input.Add(Wire.Credit(3, 1));
        await Wait.Until(() => sender.TryAccept(1L));
        await Wait.Until(() => sender.SentItems == 1);
        Assert.IsTrue(sender.TryAccept(2L));
        using var source = new CancellationTokenSource();
        Task write = Write(sender, source.Token);
        Assert.IsFalse(write.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => write.Done());
        Assert.DoesNotContain(FrameType.WantWithdrawn, Types(await AfterPongAsync(output)));
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_CreditAfterRevoke_IsNothingOld()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 100, settings: new ConnectionOptions { TimeProvider = _clock, MaxEmptyFramesPerSecond = 3 });
        ItemSender sender = (ItemSender)link.Sender;
        _input.Add(Wire.Credit(101, 10_000));
        _input.Add(Wire.Counter(FrameType.Revoke, 0));
        CollectionAssert.Contains(await AfterPongAsync(output), (FrameType.Revoked, 0L));
        for (int i = 1; i <= 20; i++)
        {
            _input.Add(Wire.Credit(i, 10_000));
            await Wait.Until(() => sender.TryAccept(1L));
        }
        await AfterPongAsync(output);
        Assert.IsNull(link.Sender.Closure);
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_HubAsksAndDoesNotRead_AnswersAreBounded()
    {
        var output = new CollectingOutput { Holds = true };
        Link link = Make(output, LinkRole.Writer);
        link.Start();
        _input.Add([.. Greeting<NoItem, long>(LinkRole.Writer), .. Wire.Welcome(items: 5, bytes: 1)]);
        for (int i = 0; i < 500; i++)
            _input.Add(Wire.Counter(FrameType.Revoke, 0));
        _input.Add(Wire.Counter(FrameType.Want, 0));
        await Wait.Until(() => link.Sender.Closure is not null);
        output.Release();
        _input.End();
        await link.Closed.Done();

        output = new CollectingOutput { Holds = true };
        var input = new ScriptedInput();
        link = Make(output, LinkRole.Writer, input);
        link.Start();
        input.Add([.. Greeting<NoItem, long>(LinkRole.Writer), .. Wire.Welcome(items: 5, bytes: 1)]);
        for (int i = 0; i < 500; i++)
            input.Add(Wire.Counter(FrameType.Revoke, 0));
        await DrainedAsync(input);
        output.Release();
        await Wait.Until(() => Types(Frames(output)).Contains(FrameType.Revoked));
        input.Add(Wire.Counter(FrameType.Revoke, 0));
        input.Add(Wire.Counter(FrameType.Ping, 77));
        await Wait.Until(() => Frames(output).Contains((FrameType.Pong, 77L)));
        Assert.IsInRange(2, 70, Types(Frames(output)).Count(static type => type == FrameType.Revoked));
        link.Abort(null);
        input.End();
        await link.Closed.Done();
    }

    [TestMethod]
    public async Task Writer_ChannelEnded_SendsTheRestAndNoMore()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 5, bytes: 1);
        ItemSender sender = (ItemSender)link.Sender;
        Assert.IsTrue(sender.TryAccept(1L));
        await Wait.Until(() => Frames(output).Contains((FrameType.Items, 0)));
        Assert.IsTrue(sender.TryAccept(2L));
        byte[] ended = new byte[100];
        _input.Add(ended[..new CompleteFrame(0, CompletionOutcome.Error, "A.Type", "full").Write(ended, FrameType.Ended)]);
        await Wait.Until(() => sender.Closure is not null);
        Assert.IsInstanceOfType<RemoteChannelException>(sender.Closure!.Ending.Cause);
        Assert.IsFalse(sender.TryAccept(3L));
        Assert.DoesNotContain(FrameType.SendFinished, Types(await AfterPongAsync(output)));
        _input.Add(Wire.Credit(5, 9));
        await Wait.Until(() => Frames(output).Contains((FrameType.SendFinished, 2L)));
        Assert.AreEqual(2, Types(Frames(output)).Count(static type => type == FrameType.Items));
        await EndAsync(link);
    }

    [TestMethod]
    public async Task Writer_EndedTwice_IsAViolation()
    {
        var output = new CollectingOutput();
        Link link = await WriterAsync(output, credit: 5);
        byte[] ended = new byte[100];
        ended = ended[..new CompleteFrame(0, CompletionOutcome.Success, "", "").Write(ended, FrameType.Ended)];
        _input.Add([.. ended, .. ended]);
        _input.End();
        await link.Closed.Done();
        AssertViolation(output, "Frame Ended came a second time");
    }

    [TestMethod]
    public async Task Reader_Reclaimed_GivesTheNewestBackAndTellsWhatItRead()
    {
        var output = new CollectingOutput();
        Link link = Make(output, LinkRole.Reader);
        link.Start();
        _input.Add([.. Greeting<long, NoItem>(LinkRole.Reader), .. Wire.Welcome()]);
        await link.Greeted.Done();
        Assert.IsFalse(link.Items().TryTake(out long _));
        await Wait.Until(() => Frames(output).Contains((FrameType.Credit, 1L)));
        _input.Add(Wire.Longs(0, 10));
        await Wait.Until(() => link.Items().Count == 1);
        _input.Add(Wire.Counter(FrameType.Reclaim, 0));
        CollectionAssert.Contains(await AfterPongAsync(output), (FrameType.Reclaimed, 0L));
        Assert.AreEqual(1, link.Items().Count);
        _input.Add(Wire.Counter(FrameType.Reclaim, 5));
        await AfterPongAsync(output);
        Assert.AreEqual((0L, 1L), LastReclaimed(output));
        Assert.IsFalse(link.Items().TryTake(out long _), "It was given back.");
        await Wait.Until(() => Frames(output).Contains((FrameType.Credit, 2L)));
        _input.Add(Wire.Longs(1, 11));
        await Wait.Until(() => link.Items().TryTake(out long item) && item == 11);
        Assert.IsFalse(link.Items().TryTake(out long _));
        await Wait.Until(() => Frames(output).Contains((FrameType.Report, 1L)));
        _input.Add(Wire.Counter(FrameType.Reclaim, 5));
        await AfterPongAsync(output);
        Assert.AreEqual((1L, 1L), LastReclaimed(output));
        await EndAsync(link);
    }

    /// <summary>Each of two callers wants an item, whichever of them comes between two steps of the other. No later call may come that asks.</summary>
    [TestMethod]
    [DoNotParallelize]
    [DataRow(false, true)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    public async Task Reader_ACallComesBetweenTheStepsOfAnother_AnItemIsAskedForEach(bool isOuterBlocked, bool isInnerBlocked)
    {
        int points = 0;
        for (bool isInside = true; isInside; points++)
        {
            var input = new ScriptedInput();
            var output = new CollectingOutput();
            Link link = Make(output, LinkRole.Reader, input);
            link.Start();
            input.Add([.. Greeting<long, NoItem>(LinkRole.Reader), .. Wire.Welcome()]);
            await link.Greeted.Done();
            isInside = NestedCall.Run(() => Begin(link.Items(), isOuterBlocked), points, () => Begin(link.Items(), isInnerBlocked));
            if (isInside)
                await Wait.Until(() => Frames(output).Contains((FrameType.Credit, 2L)), $"credit for two, at point {points}");
            link.Abort(null);
            input.End();
            await link.Closed.Done();
        }
        Assert.IsGreaterThan(3, points);

        static void Begin(ItemReceiver receiver, bool isBlocked)
        {
            if (isBlocked)
                Assert.IsTrue(receiver.TryEnqueueReader(new BlockedReader(receiver.Sync), out _));
            else
                _ = receiver.WaitAsync(CancellationToken.None).AsTask();
        }
    }

    [TestMethod]
    public async Task Reader_ItemsUnasked_AreAViolation()
    {
        Link link = Make(new CollectingOutput(), LinkRole.Reader);
        link.Start();
        _input.Add([.. Greeting<long, NoItem>(LinkRole.Reader), .. Wire.Welcome(), .. Wire.Longs(0, 10)]);
        _input.End();
        await link.Closed.Done();
        Assert.IsInstanceOfType<ProtocolViolationException>(link.Receiver.Closure!.Ending.Cause);
    }

    [TestMethod]
    [DataRow((byte)LinkRole.Duplex)]
    [DataRow((byte)LinkRole.Writer)]
    [DataRow((byte)LinkRole.Reader)]
    public async Task AnyRole_FramesOfOtherRoles_AreAViolation(byte roleByte)
    {
        var role = (LinkRole)roleByte;
        FrameType[] own = role switch { LinkRole.Writer => [FrameType.Revoke, FrameType.Ended], LinkRole.Reader => [FrameType.Reclaim], _ => [] };
        foreach (FrameType type in SharedFrames.All.Except(own))
        {
            var input = new ScriptedInput();
            var output = new CollectingOutput();
            Link link = Make(output, role, input);
            link.Start();
            input.Add([.. role == LinkRole.Writer ? Greeting<NoItem, long>(role) : Greeting<long, NoItem>(role), .. Wire.Welcome(), .. SharedFrames.Valid(type)]);
            input.End();
            await link.Closed.Done($"{role} and {type}");
            AssertViolation(output, $"Frame {type} has no meaning on this link");
        }
    }

    /// <summary>A caller that waits for one item and does nothing with it.</summary>
    private sealed class BlockedReader(RankedLock sync) : ReadWaiter(sync, new WaiterPool());

    private static void AssertViolation(CollectingOutput output, string message)
    {
        (FrameHeader header, byte[] body) = output.Frames()[^1];
        Assert.AreEqual(FrameType.Abort, header.Type);
        ReasonFrame reason = ReasonFrame.Read(body, header.Type);
        Assert.AreEqual(ReasonCode.Violation, reason.Code);
        StringAssert.Contains(reason.Text, message);
    }

    private async Task<Link> WriterAsync(CollectingOutput output, long credit, long bytes = 10_000, long maxUnsentBytes = 1 << 20, ConnectionOptions? settings = null)
    {
        Link link = Make(output, LinkRole.Writer, null, maxUnsentBytes, settings);
        link.Start();
        _input.Add([.. Greeting<NoItem, long>(LinkRole.Writer), .. Wire.Welcome(credit, bytes)]);
        await link.Greeted.Done();
        return link;
    }

    private Link Make(CollectingOutput output, LinkRole role, ScriptedInput? input = null, long maxUnsentBytes = 1 << 20, ConnectionOptions? settings = null)
    {
        ItemContract items = ItemCodec.Create(new ItemOptions<long>()).Contract, none = ItemCodec.Create(new ItemOptions<NoItem>()).Contract;
        bool isWriter = role == LinkRole.Writer;
        return new Link(
            input ?? _input,
            output,
            new LinkIdentity(isWriter ? items : none, isWriter ? none : items, "", settings ?? new ConnectionOptions(), role),
            new LinkPeer("a test", null, null, null),
            new ItemHalves(
                new SenderOptions(8, 2000, maxUnsentBytes, WakeInline: false, IsShared: isWriter),
                new ReceiverOptions(
                    8, 2000, 16, 10_000, Drops: null, IsSingleReader: false, WakeInline: false,
                    role == LinkRole.Reader ? ReaderDemand.Ahead : ReaderDemand.Capacity)));
    }

    private static byte[] Greeting<TWrite, TRead>(LinkRole role) =>
        new LinkIdentity(
            ItemCodec.Create(new ItemOptions<TWrite>()).Contract, ItemCodec.Create(new ItemOptions<TRead>()).Contract, "", new ConnectionOptions(), role)
            .Greeting();

    private static Task Write(ItemSender sender, CancellationToken cancellationToken = default) =>
        sender.AcceptAsync(BitConverter.GetBytes(7L), isNull: false, cancellationToken).AsTask();

    private long _pings = 1000;

    /// <summary>What was said before the answer to a ping, without greeting, Items and Pongs.</summary>
    private async Task<List<(FrameType Type, long Value)>> AfterPongAsync(CollectingOutput output)
    {
        long ping = ++_pings;
        _input.Add(Wire.Counter(FrameType.Ping, ping));
        await Wait.Until(() => Frames(output).Contains((FrameType.Pong, ping)));
        return [.. Frames(output).TakeWhile(frame => frame != (FrameType.Pong, ping))
            .Where(static frame => frame.Type is not (FrameType.Welcome or FrameType.Items or FrameType.Pong))];
    }

    /// <summary>All whole frames, with their first number.</summary>
    private static List<(FrameType Type, long Value)> Frames(CollectingOutput output)
    {
        List<(FrameType, long)> frames = [];
        foreach ((FrameHeader header, byte[] body) in output.Frames())
            frames.Add((header.Type, body.Length >= 8 ? BitConverter.ToInt64(body) : 0));
        return frames;
    }

    private static IEnumerable<FrameType> Types(List<(FrameType Type, long)> frames) => frames.Select(static frame => frame.Type);

    private static (long Read, long Cut) LastReclaimed(CollectingOutput output)
    {
        ReclaimedFrame frame = ReclaimedFrame.Parse(output.Frames().Last(static frame => frame.Header.Type == FrameType.Reclaimed).Body);
        return (frame.Read, frame.Cut);
    }

    private async Task EndAsync(Link link)
    {
        link.Abort(null);
        _input.End();
        await link.Closed.Done();
    }

    /// <summary>Waits until the link has asked for more than it was given.</summary>
    private static async Task DrainedAsync(ScriptedInput input)
    {
        for (int asked = 0; asked < 502; asked++)
            await input.WaitUntilAskedAsync().Done();
    }
}
