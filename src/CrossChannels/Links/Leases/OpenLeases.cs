using System.Numerics;

namespace CrossChannels.Links;

/// <summary>The numbers of leases that are open, a bit each from the oldest on. Guarded by its owner's lock.</summary>
internal sealed class OpenLeases
{
    private ulong[] _bits = new ulong[4];
    private long _first;
    private long _next;

    public int Count { get; private set; }

    /// <summary>Opens a lease; numbers only grow.</summary>
    public void Open(long sequence)
    {
        if (Count == 0)
            _first = sequence;
        while (sequence - (_first & ~63L) >= _bits.Length * 64L)
            Grow();
        _next = sequence + 1;
        Word(sequence) |= 1UL << (int)(sequence & 63);
        Count++;
    }

    /// <returns>False if it is not open.</returns>
    public bool TryClose(long sequence)
    {
        ulong bit = 1UL << (int)(sequence & 63);
        if (Count == 0 || sequence < _first || sequence >= _next || (Word(sequence) & bit) == 0)
            return false;
        Word(sequence) &= ~bit;
        if (--Count > 0 && sequence == _first)
            FindFirst();
        return true;
    }

    /// <summary>Closes the oldest.</summary>
    public bool TryCloseOldest(out long sequence)
    {
        sequence = _first;
        return TryClose(_first);
    }

    public void Clear()
    {
        Array.Clear(_bits);
        Count = 0;
    }

    private ref ulong Word(long sequence) => ref _bits[(sequence >> 6) & (_bits.Length - 1)];

    private void FindFirst()
    {
        ulong rest = Word(_first) & (ulong.MaxValue << (int)(_first & 63));
        while (rest == 0)
        {
            _first = (_first & ~63L) + 64;
            rest = Word(_first);
        }
        _first = (_first & ~63L) + BitOperations.TrailingZeroCount(rest);
    }

    private void Grow()
    {
        var larger = new ulong[_bits.Length * 2];
        for (long word = _first >> 6; word <= (_next - 1) >> 6; word++)
            larger[word & (larger.Length - 1)] = _bits[word & (_bits.Length - 1)];
        _bits = larger;
    }
}
