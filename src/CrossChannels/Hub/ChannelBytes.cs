namespace CrossChannels.Hub;

/// <summary>The bytes that a queued channel holds, against its own limit and its hub's. Guarded by the channel's lock.</summary>
internal sealed class ChannelBytes
{
    private const long MostChargeStep = 32 * 1024;
    private const long LeastWindowBytes = 64 * 1024;
    private const long MostWindowBytes = 4 << 20;

    private readonly QueueChannel _channel;
    private readonly HubBudget _budget;
    private readonly long _maxBytes;
    private readonly long _chargeStep;
    private long _uncharged;
    private bool _wasFull;

    public ChannelBytes(QueueChannel channel, long maxBytes, HubBudget budget)
    {
        _channel = channel;
        _budget = budget;
        _maxBytes = maxBytes;
        budget.Add(channel);
        // Small against what the hub may hold, so that its limit stays what it says.
        _chargeStep = Math.Min(MostChargeStep, channel.Settings.MaxBytes / 4096);
    }

    public long Held => _channel.Queue.Bytes + _channel.Readers.HeldBytes + _channel.OwnerReads.LeasedBytes;

    /// <summary>All channels of the hub together hold what they may.</summary>
    public bool IsHubFull => _budget.IsFull;

    /// <summary>Writers have to wait because of bytes. The channel itself may hold one lone item of any size.</summary>
    public bool IsFull
    {
        get
        {
            bool isFull = Held is var held && held > 0 && (held >= _maxBytes || _budget.IsFull);
            _wasFull |= isFull;
            return isFull;
        }
    }

    /// <summary>What a writer may send ahead: its part of what the channel may hold.</summary>
    public long Window
    {
        get
        {
            long limit = Math.Min(_maxBytes, _channel.Settings.MaxBytes);
            return Math.Min(limit, Math.Clamp(limit / (1 + _channel.Writers.Ports.Count), LeastWindowBytes, MostWindowBytes));
        }
    }

    /// <summary>Charges the hub for bytes, or frees them; in steps, since all channels count together.</summary>
    public void ChargeLocked(long bytes, ref HubAfterLock duties)
    {
        _uncharged += bytes;
        // One that is over may not be asked again, and must not leave its hub charged.
        if (_wasFull || _channel.IsOver || Math.Abs(_uncharged) > _chargeStep)
            ChargeNow(ref duties);
    }

    /// <summary>There is room again.</summary>
    public void OnFreed()
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            foreach (ProducerPort port in _channel.Writers.Ports)
            {
                if (port.IsStalledByBytesLocked)
                    duties.Credit(port);
            }
            // What was kept for the owner may serve one of several; the others have to ask.
            if (_channel.OwnerWrites.AdmitLocked(ref duties) == OwnerAdmission.MoreWaiting)
                _channel.Writers.OwnerWants(isWaiting: true, ref duties);
        }
        duties.Run(_channel);
    }

    /// <summary>The hub has to tell the channel nothing any more.</summary>
    public void Leave() => _budget.Remove(_channel);

    private void ChargeNow(ref HubAfterLock duties)
    {
        if (_budget.Charge(_uncharged))
            duties.Do(_budget.TellFreed);
        _uncharged = 0;
        if (!_wasFull)
            return;
        _wasFull = false;
        if (!IsFull)
            duties.Do(OnFreed);
    }
}
