namespace CrossChannels.Nats.Receiving;

/// <summary>
/// Keeps items in the order of their stream after something that may have lost some on their way to a reader: these come again later than what is behind them. While that is in doubt an item is only
/// passed on if everything before it is settled, or was passed on here, which its number tells, or the first number that the stream still has. What comes too early waits here, however long that takes.
/// </summary>
/// <remarks>The reader's lock guards it.</remarks>
internal sealed class DeliveryOrder
{
    private readonly SortedDictionary<long, HeldItem> _early = [];
    private long _passed;
    private long? _until;

    /// <summary>Something may be missing.</summary>
    public bool IsInDoubt { get; private set; }

    /// <summary>How often it has come into doubt.</summary>
    public int Doubts { get; private set; }

    /// <summary>What has come too early, and waits for what is before it.</summary>
    public int EarlyCount => _early.Count;

    /// <summary>It is not known yet how far the doubt reaches.</summary>
    public bool IsUnbounded => IsInDoubt && _until is null;

    /// <summary>From now on, something may be missing.</summary>
    public void Doubt()
    {
        IsInDoubt = true;
        Doubts++;
        _until = null;
    }

    /// <summary>What is behind this item has been delivered to nobody when nothing could be lost any more.</summary>
    public void DoubtUntil(long sequence)
    {
        _until = sequence;
        EndDoubtIfPassed();
    }

    /// <summary>An item has come.</summary>
    /// <returns>It may be passed on; if not, it waits here.</returns>
    public bool Arrived(HeldItem item)
    {
        if (IsInDoubt && item.Sequence > _passed + 1)
        {
            _early.Add(item.Sequence, item);
            return false;
        }
        Pass(item.Sequence);
        return true;
    }

    /// <summary>An item has come that was settled here before.</summary>
    public void ArrivedAgain(long sequence)
    {
        if (IsInDoubt && sequence == _passed + 1)
            Pass(sequence);
    }

    /// <summary>Nothing up to this item is left in the stream.</summary>
    public void SettledUpTo(long sequence)
    {
        if (IsInDoubt)
            Pass(sequence);
    }

    /// <summary>An item went back to the server, and comes again.</summary>
    public void GivenBack(long sequence)
    {
        _passed = Math.Min(_passed, sequence - 1);
    }

    /// <summary>Takes the next item that came too early, and may be passed on now.</summary>
    public bool TryPass(out HeldItem item)
    {
        item = default;
        if ((IsInDoubt && _early.Count > 0 && First().Sequence > _passed + 1) || !TryRemove(out item))
            return false;
        Pass(item.Sequence);
        return true;
    }

    /// <summary>Takes what came too early, as it is.</summary>
    public bool TryRemove(out HeldItem item)
    {
        item = default;
        if (_early.Count == 0)
            return false;
        item = First();
        return _early.Remove(item.Sequence);
    }

    /// <summary>The order is of no more use.</summary>
    public void Forget()
    {
        (IsInDoubt, _until) = (false, null);
    }

    private HeldItem First()
    {
        foreach (HeldItem item in _early.Values)
            return item;
        return default;
    }

    private void Pass(long sequence)
    {
        _passed = Math.Max(_passed, sequence);
        EndDoubtIfPassed();
    }

    private void EndDoubtIfPassed()
    {
        if (_until is { } until && _passed >= until)
            (IsInDoubt, _until) = (false, null);
    }
}
