namespace CrossChannels.Links;

/// <summary>Makes the two halves of a link.</summary>
internal abstract record LinkHalves
{
    /// <summary>Somebody else closes the link when the process exits.</summary>
    public virtual bool HasOwner => false;

    public abstract SendingHalf MakeSender(Outbox outbox);

    public abstract ReceivingHalf MakeReceiver(Outbox outbox);
}

/// <summary>The halves of a link whose items this process writes and reads, and what they need to know of their channels.</summary>
internal sealed record ItemHalves(SenderOptions Sender, ReceiverOptions Receiver) : LinkHalves
{
    public override SendingHalf MakeSender(Outbox outbox) => new ItemSender(outbox, Sender);

    public override ReceivingHalf MakeReceiver(Outbox outbox) => new ItemReceiver(outbox, Receiver);
}
