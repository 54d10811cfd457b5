namespace CrossChannels.Links;

/// <summary>Makes the two halves of a link.</summary>
internal abstract record LinkHalves
{
    /// <summary>Somebody else closes the link when the process exits.</summary>
    public virtual bool HasOwner => false;

    public abstract SendingHalf MakeSender(Outbox outbox);

    public abstract ReceivingHalf MakeReceiver(Outbox outbox);
}
