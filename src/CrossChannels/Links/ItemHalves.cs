namespace CrossChannels.Links;

/// <summary>The halves of a link whose items this process writes and reads, and what they need to know of their channels.</summary>
internal sealed record ItemHalves(SenderOptions Sender, ReceiverOptions Receiver) : LinkHalves
{
    public override SendingHalf MakeSender(Outbox outbox) => new ItemSender(outbox, Sender);

    public override ReceivingHalf MakeReceiver(Outbox outbox) => new ItemReceiver(outbox, Receiver);
}
