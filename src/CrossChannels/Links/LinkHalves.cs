namespace CrossChannels.Links;

/// <summary>Makes the two halves of a link.</summary>
internal abstract record LinkHalves
{
    public abstract SendingHalf MakeSender(Outbox outbox);

    public abstract ReceivingHalf MakeReceiver(Outbox outbox);
}
