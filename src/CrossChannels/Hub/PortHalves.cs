using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>The halves of the link of one remote end.</summary>
internal sealed record PortHalves(QueueChannel Channel, bool IsWriter) : LinkHalves
{
    /// <summary>A hub that exits has its readers drain first.</summary>
    public override bool HasOwner => true;

    public override SendingHalf MakeSender(Outbox outbox) => IsWriter
        ? new NoSending()
        : new ConsumerPort(Channel, outbox) { Since = Channel.Settings.Connection.TimeProvider.GetUtcNow() };

    public override ReceivingHalf MakeReceiver(Outbox outbox) => IsWriter
        ? new ProducerPort(Channel, outbox, Channel.Bytes.Window) { Since = Channel.Settings.Connection.TimeProvider.GetUtcNow() }
        : new NoReceiving();
}
