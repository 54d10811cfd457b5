using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Hub;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Hub;

/// <summary>What a hub makes of the words, and of the silence, of a lock's link.</summary>
[TestClass]
public sealed class LockLinkTests
{
    private static readonly TimeSpan s_half = TimeSpan.FromSeconds(2);

    [TestMethod]
    public void Items_AreThoseOfTheProtocol()
    {
        DuplexChannelOptions<LockAnswer, LockRequest> options = LockWire.OfHub(ConnectionOptions.Default);
        Assert.AreEqual(new ItemContract("raw", "crosschannels.lock.request", 16, $"{RawLayout.Prefix}{{i8 Id,i8 Kind}}"), ItemCodec.Create(options.ReadItems).Contract);
        Assert.AreEqual(new ItemContract("raw", "crosschannels.lock.answer", 24, $"{RawLayout.Prefix}{{i8 Id,i8 Token,i8 Kind}}"), ItemCodec.Create(options.WriteItems).Contract);
    }

    [TestMethod]
    [DataRow(3, 1)]
    [DataRow(4, 1)]
    [DataRow(5, 1)]
    [DataRow(0, 1)]
    [DataRow(99, 1)]
    public async Task Request_ThatMeansNothing_EndsTheLinkAsAViolation(int kind, int id)
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(id, (LockRequestKind)kind)).Done();
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => EndAsync(raw.Reader));
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 2)]
    [DataRow(2, 1)]
    public async Task Request_UnderANumberThatIsInUse_EndsTheLinkAndPassesTheLockOn(int first, int second)
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(7, (LockRequestKind)first)).Done();
        Assert.AreEqual(new LockAnswer(7, 1, LockAnswerKind.Granted), await raw.Reader.ReadAsync().Done());
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await hub.Waiting(1);
        await raw.Writer.WriteAsync(new LockRequest(7, (LockRequestKind)second)).Done();
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => EndAsync(raw.Reader));
        LockHold hold = await next.Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.AreEqual(2, hold.FencingToken);
    }

    [TestMethod]
    public async Task Release_OfARequestThatWaits_EndsTheLinkAndTheHolderKeepsTheLock()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using LockHold hold = await hub.Gate.AcquireAsync().Done();
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Release)).Done();
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => EndAsync(raw.Reader));
        await hub.Waiting(0);
        Assert.AreEqual(PeerRole.Owner, hub.Status.Holder!.Role);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Holder_LeavesWithoutReleasing_TheNextIsTold(bool aborts)
    {
        await using LockHub hub = await LockHub.StartAsync();
        DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        await raw.Reader.ReadAsync().Done();
        if (aborts)
            raw.Abort();
        else
            await raw.DisposeAsync().Done();
        // Nobody waits: the next one that comes is told.
        await hub.Free();
        Assert.IsTrue(hub.Status.IsAbandoned);
        await using CrossLock remote = await hub.OpenAsync();
        LockHold hold = await remote.AcquireAsync().Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.AreEqual(2, hold.FencingToken);
        await hold.ReleaseAsync().Done();
        Assert.IsFalse((await hub.Gate.AcquireAsync().Done()).WasAbandoned);
    }

    /// <summary>What waits on a link that is lost leaves before what it holds: it would be granted that, and abandon it once more.</summary>
    [TestMethod]
    public async Task Link_IsLostWithAHoldAndAWait_TheNextGetsTheHold()
    {
        await using LockHub hub = await LockHub.StartAsync();
        DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        await raw.Writer.WriteAsync(new LockRequest(2, LockRequestKind.Acquire)).Done();
        Assert.AreEqual(new LockAnswer(1, 1, LockAnswerKind.Granted), await NextAsync(raw.Reader));
        await hub.Waiting(1);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        await hub.Waiting(2);
        raw.Abort();
        LockHold hold = await next.Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.AreEqual(2, hold.FencingToken);
        Assert.AreEqual(0, hub.Status.Waiters.Count);
    }

    [TestMethod]
    public async Task Grant_WithdrawnUnseen_TheNextIsToldInItsPlace()
    {
        await using LockHub hub = await LockHub.StartAsync();
        DuplexChannel<LockRequest, LockAnswer> dying = await hub.OpenRawAsync();
        await dying.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        await dying.Reader.ReadAsync().Done();
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        await hub.Waiting(1);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        dying.Abort();
        Assert.AreEqual(new LockAnswer(1, 2, LockAnswerKind.GrantedAbandoned), await NextAsync(raw.Reader));
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Withdraw)).Done();
        LockHold hold = await next.Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.AreEqual(3, hold.FencingToken);
    }

    [TestMethod]
    public async Task Hub_AnswersWhatWasNotAsked_TheLinkEndsAsAViolation()
    {
        using var directory = new TempDirectory();
        await using DuplexChannelListener<LockAnswer, LockRequest> hub = await CrossChannel
            .ListenAsync(ChannelAddress.Unix(directory["x.sock"]), LockWire.OfHub(ConnectionOptions.Default)).Done();
        Task<DuplexChannel<LockRequest, LockAnswer>> connecting = CrossChannel.ConnectAsync(hub.Address, LockWire.OfEnd(ConnectionOptions.Default));
        await using DuplexChannel<LockAnswer, LockRequest> there = await hub.AcceptAsync().Done();
        var source = new RemoteLock((LinkChannel<LockRequest, LockAnswer>)await connecting.Done());
        var gate = new CrossLock(source, hub.Address);
        Task<LockHold> waiting = gate.AcquireAsync().AsTask();
        Assert.AreEqual(new LockRequest(1, LockRequestKind.Acquire), await there.Reader.ReadAsync().Done());
        await there.Writer.WriteAsync(new LockAnswer(2, 1, LockAnswerKind.Granted)).Done();
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => waiting.Done());
        await Assert.ThrowsExactlyAsync<ProtocolViolationException>(() => there.Reader.Completion.Done());
        await gate.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task SilentHolder_WhileOthersWait_IsCutOff()
    {
        var clock = new ManualTimeProvider();
        await using LockHub hub = await LockHub.StartAsync(Settings(clock));
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        Assert.AreEqual(LockAnswerKind.Granted, (await raw.Reader.ReadAsync().Done()).Kind);
        // Nobody waits, so that it may be silent.
        for (int i = 0; i < 5; i++)
            clock.Advance(s_half);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        Assert.AreEqual(new LockAnswer(1, 0, LockAnswerKind.Probe), await raw.Reader.ReadAsync().Done());
        clock.Advance(s_half);
        Assert.IsFalse(next.IsCompleted);
        clock.Advance(s_half);
        LockHold hold = await next.Done();
        Assert.IsTrue(hold.WasAbandoned);
        Assert.AreEqual(2, hold.FencingToken);
        // Its late words change nothing.
        raw.Writer.TryWrite(new LockRequest(1, LockRequestKind.Release));
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkTimeoutException>(() => EndAsync(raw.Reader))).Message, "RevokeTimeout");
        Assert.AreEqual(PeerRole.Owner, hub.Status.Holder!.Role);
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
    }

    [TestMethod]
    public async Task HolderThatAnswers_KeepsTheLockAsLongAsItLikes()
    {
        var clock = new ManualTimeProvider();
        await using LockHub hub = await LockHub.StartAsync(Settings(clock));
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        Assert.AreEqual(LockAnswerKind.Granted, (await raw.Reader.ReadAsync().Done()).Kind);
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        for (int number = 1; number <= 10; number++)
        {
            Assert.AreEqual(new LockAnswer(number, 0, LockAnswerKind.Probe), await raw.Reader.ReadAsync().Done());
            await raw.Writer.WriteAsync(new LockRequest(number, LockRequestKind.Alive)).Done();
            // A request and its answer behind it say that the hub has heard the other.
            await raw.Writer.WriteAsync(new LockRequest(100 + number, LockRequestKind.TryAcquire)).Done();
            Assert.AreEqual(LockAnswerKind.Busy, (await raw.Reader.ReadAsync().Done()).Kind);
            clock.Advance(s_half);
        }
        Assert.IsFalse(next.IsCompleted);
        Assert.AreEqual(LockAnswerKind.Probe, (await raw.Reader.ReadAsync().Done()).Kind);
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Release)).Done();
        Assert.AreEqual(new LockAnswer(1, 0, LockAnswerKind.Left), await raw.Reader.ReadAsync().Done());
        Assert.IsFalse((await next.Done()).WasAbandoned);
    }

    [TestMethod]
    public async Task RemoteLock_AnswersByItself_WhileTheProgramDoesNot()
    {
        var clock = new ManualTimeProvider();
        await using LockHub hub = await LockHub.StartAsync(Settings(clock));
        await using CrossLock remote = await hub.OpenAsync();
        LockHold hold = await remote.AcquireAsync().Done();
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        for (int i = 0; i < 10; i++)
        {
            // The first try comes back behind the probe, the second goes out behind its answer: then the hub has heard it.
            await Assert.ThrowsExactlyAsync<TimeoutException>(() => remote.AcquireAsync(TimeSpan.Zero).Done());
            await Assert.ThrowsExactlyAsync<TimeoutException>(() => remote.AcquireAsync(TimeSpan.Zero).Done());
            clock.Advance(s_half);
        }
        Assert.IsFalse(next.IsCompleted);
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
        await hold.ReleaseAsync().Done();
        Assert.IsFalse((await next.Done()).WasAbandoned);
    }

    [TestMethod]
    public async Task Clock_JumpsBecauseTheHubWasStopped_TheHolderGetsItsTime()
    {
        var clock = new ManualTimeProvider();
        await using LockHub hub = await LockHub.StartAsync(Settings(clock));
        await using DuplexChannel<LockRequest, LockAnswer> raw = await hub.OpenRawAsync();
        await raw.Writer.WriteAsync(new LockRequest(1, LockRequestKind.Acquire)).Done();
        await raw.Reader.ReadAsync().Done();
        Task<LockHold> next = hub.Gate.AcquireAsync().AsTask();
        clock.Advance(s_half * 100);
        clock.Advance(s_half);
        Assert.AreEqual(1, hub.Status.Waiters.Count);
        clock.Advance(s_half);
        Assert.IsTrue((await next.Done()).WasAbandoned);
    }

    private static HubOptions Settings(TimeProvider clock) => new()
    {
        RevokeTimeout = s_half * 2,
        Connection = new ConnectionOptions { TimeProvider = clock, GreetingTimeout = Timeout.InfiniteTimeSpan },
    };

    /// <summary>The end, behind all answers.</summary>
    private static async Task EndAsync(ChannelReader<LockAnswer> answers)
    {
        while (answers.TryRead(out _) || await answers.WaitToReadAsync().Done())
        {
        }
    }

    /// <summary>The next answer that is no probe.</summary>
    private static async Task<LockAnswer> NextAsync(ChannelReader<LockAnswer> answers)
    {
        LockAnswer answer;
        do
            answer = await answers.ReadAsync().Done();
        while (answer.Kind == LockAnswerKind.Probe);
        return answer;
    }
}
