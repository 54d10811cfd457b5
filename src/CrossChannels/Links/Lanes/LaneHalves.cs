using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Links;

/// <summary>The halves of a link of which one direction, or both, go by a lane.</summary>
/// <param name="Items">The halves of what goes over the connection.</param>
/// <param name="Out">The lane that this end writes; null where its items go over the connection.</param>
/// <param name="In">The lane that this end reads; null where its items come over the connection.</param>
/// <param name="IsFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
[SupportedOSPlatform("linux")]
internal sealed record LaneHalves(ItemHalves Items, LaneEnd? Out, LaneEnd? In, bool IsFenceShared) : LinkHalves
{
    public override SendingHalf MakeSender(Outbox outbox) =>
        Out is null ? Items.MakeSender(outbox) : new LaneSender(outbox, Items.Sender, Out, IsFenceShared);

    public override ReceivingHalf MakeReceiver(Outbox outbox) =>
        In is null ? Items.MakeReceiver(outbox)
        : Items.Receiver.Demand != ReaderDemand.Capacity ? new ItemReceiver(outbox, Items.Receiver, new LaneFeed(In, Items.Receiver.ElementSize, IsFenceShared))
        : new LaneReceiver(outbox, Items.Receiver, In, IsFenceShared);
}
