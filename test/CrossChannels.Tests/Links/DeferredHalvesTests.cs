using System.Runtime.Versioning;
using CrossChannels.Links;

namespace CrossChannels.Tests.Links;

/// <summary>The moment at which a lane takes the place of the half that waited for a connection: that half is closed, and the lane is not there yet.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class DeferredHalvesTests
{
    private readonly Outbox _outbox = new(new CollectingOutput(), WorkScheduler.Default) { Failed = static _ => { }, LastWritten = static () => { } };

    [TestMethod]
    public void Sender_WhileALaneTakesOver_IsNotOver()
    {
        var sender = new DeferredSender(_outbox, new SenderOptions(0, 1000, 1 << 20, WakeInline: false));
        WakeList wake = default;
        using (_outbox.Sync.Enter())
            sender.Items.HandOverLocked(static (_, _) => { }, ref wake);
        Assert.IsNull(sender.Closure);
    }

    [TestMethod]
    public void Receiver_WhileALaneTakesOver_IsNotOver()
    {
        var receiver = new DeferredReceiver(_outbox, new ReceiverOptions(0, 1000, 16, 1 << 20, Drops: null, IsSingleReader: false, WakeInline: false));
        using (receiver.Items.Sync.Enter())
            Assert.IsNotNull(receiver.Items.TryHandOverLocked());
        Assert.IsNull(receiver.Closure);
        Assert.IsNull(receiver.Ending);
    }

    /// <summary>What ended before stays so.</summary>
    [TestMethod]
    public void Sender_ThatIsComplete_IsOver()
    {
        var sender = new DeferredSender(_outbox, new SenderOptions(0, 1000, 1 << 20, WakeInline: false));
        var closure = new Closure(new Ending(EndingKind.Completed), null);
        Assert.IsTrue(sender.TryClose(_ => closure, drop: false, last: null));
        Assert.AreSame(closure, sender.Closure);
    }
}
