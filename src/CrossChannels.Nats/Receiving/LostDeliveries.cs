using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Receiving;

/// <summary>
/// Whether items may be on their way to a reader that will not arrive: asked for over a connection that broke, or given back over one. They are the server's again after the lease timeout, and what is
/// behind them must not be asked for before that.
/// </summary>
internal struct LostDeliveries
{
    private bool _mayBe;
    private long _arrived;
    private string? _servedBy;

    /// <summary>The server may have sent what does not arrive.</summary>
    public void Doubt() => _mayBe = true;

    /// <summary>The connection broke while the server was to take items back; it may have heard of that or not.</summary>
    public void DoubtReturned()
    {
        _mayBe = true;
        // What arrived here is what is waited for.
        _arrived = 0;
    }

    /// <summary>What is asked for from now on arrives.</summary>
    public void Settle() => _mayBe = false;

    /// <param name="delivery">Which delivery of the channel has arrived.</param>
    public void Arrived(long delivery) => _arrived = Math.Max(_arrived, delivery);

    /// <param name="server">Who serves the channel. Another one may count deliveries from less than it had come to.</param>
    public void ServedBy(string server)
    {
        if (_servedBy is not null && !string.Equals(_servedBy, server, StringComparison.Ordinal))
            _arrived = 0;
        _servedBy = server;
    }

    /// <summary>Whether the server still waits for an answer to what is not here.</summary>
    public readonly bool IsAnyOut(ConsumerInfo info, int held) => _mayBe && info.NumAckPending > held && (long)info.Delivered.ConsumerSeq > _arrived;

    public readonly bool MayBe => _mayBe;
}
