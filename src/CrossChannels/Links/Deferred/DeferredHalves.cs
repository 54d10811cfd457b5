using System.Runtime.Versioning;

namespace CrossChannels.Links;

/// <summary>The halves of a link that waits for its connection, which may bring lanes.</summary>
[SupportedOSPlatform("linux")]
internal sealed record DeferredHalves(ItemHalves Items) : LinkHalves
{
    public override SendingHalf MakeSender(Outbox outbox) => new DeferredSender(outbox, Items.Sender);

    public override ReceivingHalf MakeReceiver(Outbox outbox) => new DeferredReceiver(outbox, Items.Receiver);
}
