using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The open links of a backed channel. Guarded by the channel's lock, but for what awaits.</summary>
internal sealed class BackedLinks<T>(RankedLock sync, ConnectionOptions settings)
{
    private readonly Dictionary<Link, (BackedReaderPort<T> Port, DateTimeOffset Since)> _readers = [];

    /// <summary>Writers whose links are open, and those of them from which items may still come.</summary>
    private readonly Dictionary<Link, DateTimeOffset> _writers = [];
    private readonly HashSet<Link> _sending = [];
    private bool _isEndTold;

    public bool IsAny => _readers.Count + _writers.Count > 0;

    public bool HasReaders => _readers.Count > 0;

    public bool IsAnySending => _sending.Count > 0;

    /// <summary>Items that remote readers were given and have not said to have read.</summary>
    public int HeldItems
    {
        get
        {
            int held = 0;
            foreach ((BackedReaderPort<T> port, _) in _readers.Values)
                held += port.HeldLocked;
            return held;
        }
    }

    public IReadOnlyList<PeerStatus> WriterStatuses =>
        [.. _writers.Select(static writer => PeerStatuses.Of(writer.Key, PeerRole.Writer, writer.Value) with { ItemsWritten = writer.Key.Receiver.ReceivedItems })];

    public IReadOnlyList<PeerStatus> ReaderStatuses =>
    [
        .. _readers.Select(static reader => PeerStatuses.Of(reader.Key, PeerRole.Reader, reader.Value.Since) with
        {
            ItemsRead = reader.Value.Port.ReadItems,
            InFlight = reader.Value.Port.HeldLocked,
        }),
    ];

    public void AddReader(BackedReaderPort<T> port, DateTimeOffset since) => _readers.Add(port.Link, (port, since));

    public void AddWriter(Link link, DateTimeOffset since)
    {
        _writers.Add(link, since);
        _sending.Add(link);
    }

    /// <summary>Everything that the writer sent is in the channel.</summary>
    public void SendingDone(Link link) => _sending.Remove(link);

    public void Remove(Link link)
    {
        _readers.Remove(link);
        _writers.Remove(link);
        _sending.Remove(link);
    }

    /// <summary>The writers that have to be told that the channel takes no more items; all of them, once.</summary>
    public Link[] TakeUntold()
    {
        if (_isEndTold)
            return [];
        _isEndTold = true;
        return [.. _sending];
    }

    /// <summary>Asks readers what they have read, and for what they have not, if it is time.</summary>
    /// <param name="isAwaited">A join, or the end, waits for what they have.</param>
    /// <param name="after">Gets what is to be done once the lock is left.</param>
    /// <returns>When to look again, in milliseconds of the hub's clock.</returns>
    public long LookLocked(bool isAwaited, List<Action> after)
    {
        long next = long.MaxValue;
        foreach ((BackedReaderPort<T> port, _) in _readers.Values)
            next = Math.Min(next, port.LookLocked(isAwaited, after));
        return next;
    }

    /// <summary>Cuts off writers that have not finished.</summary>
    public void GiveUpSending()
    {
        Link[] late;
        using (sync.Enter())
            late = [.. _sending];
        foreach (Link link in late)
            link.GiveUp($"The channel was over, and this writer did not finish within CloseTimeout, {settings.CloseTimeout.TotalSeconds:N1} s.");
    }

    /// <summary>Closes every writer's link: it learns it as from any reader that closes.</summary>
    public void CloseWriters(string? reason)
    {
        foreach (Link link in Open().Writers)
        {
            _ = link.CloseReaderAsync(reason);
            // A writer that had finished waits for the word that all is read, which will not come.
            link.Done(isOut: false);
        }
    }

    /// <summary>Waits until everything is read, while remote readers are here to do it.</summary>
    public async Task DrainAsync(Task drained, TimeSpan timeout)
    {
        if (timeout == TimeSpan.Zero)
            return;
        using var deadline = new CancellationTokenSource(timeout, settings.TimeProvider);
        Task late = Task.Delay(Timeout.InfiniteTimeSpan, deadline.Token);
        while (!drained.IsCompleted && !late.IsCompleted && Open().Readers is { Length: > 0 } readers)
            await Task.WhenAny([drained, late, .. readers.Select(static link => link.Closed)]).ConfigureAwait(false);
        await deadline.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until all links are closed, up to <see cref="ConnectionOptions.CloseTimeout"/>.</summary>
    public async Task CloseAsync()
    {
        (Link[] writers, Link[] readers) = Open();
        Link[] links = [.. writers, .. readers];
        try
        {
            await Task.WhenAll(links.Select(static link => link.Closed)).WaitAsync(settings.CloseTimeout, settings.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (Link link in links)
                link.GiveUp($"The peer did not answer the goodbye within CloseTimeout, {settings.CloseTimeout.TotalSeconds:N1} s.");
        }
    }

    private (Link[] Writers, Link[] Readers) Open()
    {
        using (sync.Enter())
            return ([.. _writers.Keys], [.. _readers.Keys]);
    }
}
