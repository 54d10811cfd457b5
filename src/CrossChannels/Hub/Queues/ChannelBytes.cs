namespace CrossChannels.Hub;

/// <summary>The bytes that a queued channel holds, against its own limit and its hub's. Guarded by the channel's lock.</summary>
/// <param name="maxBytes">The channel's limit.</param>
/// <param name="hubMaxBytes">The hub's.</param>
/// <param name="budget">What all channels of the hub hold.</param>
/// <param name="freed">Called, outside every lock, when there is room again.</param>
internal sealed class ChannelBytes(long maxBytes, long hubMaxBytes, HubBudget budget, Action freed)
{
    private const long MostChargeStep = 32 * 1024;
    private const long LeastWindowBytes = 64 * 1024;
    private const long MostWindowBytes = 4 << 20;

    // Small against what the hub may hold, so that its limit stays what it says.
    private readonly long _chargeStep = Math.Min(MostChargeStep, hubMaxBytes / 4096);
    private long _uncharged;
    private bool _wasFull;
    private bool _isOver;

    /// <summary>Bytes of items that are queued, in flight or leased.</summary>
    public long Held { get; private set; }

    /// <summary>All channels of the hub together hold what they may.</summary>
    public bool IsHubFull => budget.IsFull;

    /// <summary>Writers have to wait because of bytes. The channel itself may hold one lone item of any size.</summary>
    public bool IsFull
    {
        get
        {
            bool isFull = Held > 0 && (Held >= maxBytes || budget.IsFull);
            _wasFull |= isFull;
            return isFull;
        }
    }

    /// <summary>Its hub tells it from now on when bytes are free.</summary>
    public void Enter() => budget.Add(this);

    /// <summary>The channel no longer needs to hear of its hub.</summary>
    public void Leave() => budget.Remove(this);

    /// <summary>What one more writer may send ahead: its part of what the channel may hold.</summary>
    public long WindowFor(int writers)
    {
        long limit = Math.Min(maxBytes, hubMaxBytes);
        return Math.Min(limit, Math.Clamp(limit / (1 + writers), LeastWindowBytes, MostWindowBytes));
    }

    /// <summary>The channel takes more bytes, or frees some. The hub is charged in steps, since all channels count together.</summary>
    public void Charge(long count, ref HubAfterLock after)
    {
        Held += count;
        _uncharged += count;
        // One that is over may not be asked again, and must not leave its hub charged.
        if (_wasFull || _isOver || Math.Abs(_uncharged) > _chargeStep)
            ChargeHub(ref after);
    }

    /// <summary>The channel is over: what it frees from now on counts at once.</summary>
    public void End(ref HubAfterLock after)
    {
        _isOver = true;
        ChargeHub(ref after);
    }

    /// <summary>There is room in the hub again. Called outside every lock.</summary>
    public void OnHubFreed() => freed();

    private void ChargeHub(ref HubAfterLock after)
    {
        if (budget.Charge(_uncharged))
            after.Do(budget.TellFreed);
        _uncharged = 0;
        if (!_wasFull)
            return;
        _wasFull = false;
        if (!IsFull)
            after.Do(freed);
    }
}
