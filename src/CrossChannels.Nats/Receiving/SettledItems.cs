using CrossChannels.Threading;

namespace CrossChannels.Nats.Receiving;

/// <summary>
/// What a reader has settled lately: an item that comes again is known as such, and what the server was told over a connection that broke is told again. That does no harm where it had heard it, also if
/// it was restarted meanwhile.
/// </summary>
/// <param name="sync">The reader's lock.</param>
internal sealed class SettledItems(RankedLock sync)
{
    private const int MostKnown = 4096;

    /// <summary>More than lies in the buffers of a connection.</summary>
    private const int MostRepeated = 1024;

    private readonly HashSet<long> _known = [];
    private readonly Queue<long> _order = new(0);
    private readonly Queue<string> _told = new(0);

    /// <summary>Where the server was told so, the oldest first.</summary>
    public IEnumerable<string> Told => _told;

    public bool Contains(long sequence)
    {
        sync.AssertHeld();
        return _known.Contains(sequence);
    }

    /// <param name="sequence">Where the item stands.</param>
    /// <param name="told">Where the server is told so; null if it is asked for an answer.</param>
    public void Add(long sequence, string? told)
    {
        sync.AssertHeld();
        if (told is not null)
        {
            _told.Enqueue(told);
            if (_told.Count > MostRepeated)
                _told.Dequeue();
        }
        if (!_known.Add(sequence))
            return;
        _order.Enqueue(sequence);
        if (_order.Count > MostKnown)
            _known.Remove(_order.Dequeue());
    }
}
