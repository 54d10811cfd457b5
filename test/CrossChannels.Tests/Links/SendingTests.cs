using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Links;

/// <summary>What a sender takes before it has been sent, and what it makes of the peer's counts.</summary>
[TestClass]
public sealed class SendingTests
{
    [TestMethod]
    public void MaxUnsentBytes_ExactlyReached_TakesNoMoreUntilSomeAreSent()
    {
        var backlog = new SendBacklog(new SenderOptions(sizeof(long), sizeof(long), MaxUnsentBytes: 2 * sizeof(long), WakeInline: false));
        backlog.Open(new CreditFrame(10, 1 << 20));
        backlog.Append(1L);
        Assert.IsTrue(backlog.HasRoom);
        backlog.Append(2L);
        Assert.IsFalse(backlog.HasRoom);
        Block block = backlog.Take(out bool wasFull);
        Assert.IsTrue(wasFull);
        Assert.IsTrue(backlog.HasRoom);
        backlog.Return(block);
    }

    /// <summary>A caller that sends by itself writes twice at most: what others have accepted meanwhile is the pool's.</summary>
    [TestMethod]
    public async Task Accept_DuringTheLastWriteOfACaller_IsSentByThePool()
    {
        var input = new ScriptedInput();
        var output = new CollectingOutput();
        var pool = new LateScheduler();
        Link link = LinkTest.Make<long, long>(input, output, scheduler: pool);
        input.Add([.. Wire.Greeting<long, long>(), .. Wire.Welcome()]);
        link.Start();
        pool.RunBackwards();
        await link.Greeted.Done();
        var sender = (ItemSender)link.Sender;
        int caller = Environment.CurrentManagedThreadId;
        long next = 1;
        output.Writing = () =>
        {
            Assert.AreEqual(caller, Environment.CurrentManagedThreadId);
            if (next <= 3)
                Assert.IsTrue(sender.TryAccept(next++));
        };
        Assert.IsTrue(sender.TryAccept(0L));
        // Two writes at most if the first item was left to the pool, three if its caller has sent it.
        Task wait = sender.WaitForAckAsync(AckLevel.Received, CancellationToken.None).AsTask();
        Assert.IsLessThan(4, sender.SentItems);
        pool.RunBackwards();
        Assert.AreEqual(4, sender.SentItems);
        Assert.IsFalse(wait.IsCompleted);
        link.Abort(null);
        input.End();
        pool.RunBackwards();
        await link.Closed.Done();
    }

    /// <summary>What was read was received, so that a flush ends by either word.</summary>
    [TestMethod]
    public async Task Joined_WithoutReceived_EndsAFlush()
    {
        var input = new ScriptedInput();
        Link link = LinkTest.Make<long, long>(input, new CollectingOutput());
        link.Start();
        input.Add([.. Wire.Greeting<long, long>(), .. Wire.Welcome()]);
        await Wait.Until(() => input.Asked == 2, "the link is to take its greeting");
        var sender = (ItemSender)link.Sender;
        Assert.IsTrue(sender.TryAccept(5L));
        await Wait.Until(() => sender.SentItems == 1, "the item is to be sent");
        Task flush = sender.WaitForAckAsync(AckLevel.Received, CancellationToken.None).AsTask();
        input.Add(Wire.Counter(FrameType.Joined, 1));
        await flush.Done();
        link.Abort(null);
        input.End();
        await link.Closed.Done();
    }
}
