using System.Diagnostics;
using CrossChannels.Diagnostics;
using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>What a reader of a hub's channel keeps beside its items: what it asks for, reports, gives back and settles. Guarded by the receiver's lock.</summary>
internal sealed class HubReaderFeedback(bool isLeased)
{
    private const long MostItemsAhead = 64 * 1024;

    private readonly DeliveryTags? _tags = isLeased ? new DeliveryTags() : null;
    private ReadAhead _ahead = new(MostItemsAhead);
    private long _cut;
    private long _reported;
    private bool _isAnswerDue;
    private bool _isWatched;

    /// <summary>The hub chooses the next item when it is asked for, so that nothing is read ahead.</summary>
    public bool IsOnDemand { get; set; }

    public LeaseBook? Leases { get; } = isLeased ? new LeaseBook() : null;

    /// <summary>Nothing is asked for until the reader comes back.</summary>
    public bool IsOneByOne => IsOnDemand || _ahead.Items <= 1;

    /// <summary>So many items are wanted, and none is here.</summary>
    public void Ask(ref ReceiveWindow window, int wanted)
    {
        if (IsOnDemand)
        {
            window.SetCapacity(wanted);
            return;
        }
        _ahead.Ask(Read(window), (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds);
        window.SetCapacity(Math.Max(_ahead.Items, wanted));
    }

    /// <summary>Items are about to be queued.</summary>
    public void Arrive(ref ReceiveWindow window, in ItemsHeader items, ReadOnlySpan<byte> extension)
    {
        if (IsOnDemand)
            window.SetCapacity(0);
        _tags?.Append((long)items.FirstSequence, (int)items.Count, ItemsExtension.ReadDeliveries(extension), extension.IsEmpty ? null : ItemTrace.Of(ItemsExtension.ReadTrace(extension)));
    }

    /// <summary>Items that came by a lane are queued.</summary>
    public void Fed(long first, int count, int deliveries) => _tags?.Append(first, count, deliveries, trace: null);

    /// <summary>Whether the hub has something to be told.</summary>
    public bool HasFeedback(in ReceiveWindow window) => _isAnswerDue || Read(window) > _reported || Leases is { HasFeedback: true };

    /// <summary>Writes what the hub has to be told.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="window">The receiver's.</param>
    /// <param name="isAll">False if the rest needs another write.</param>
    public int WriteFeedback(Span<byte> room, in ReceiveWindow window, out bool isAll)
    {
        int length = 0;
        long read = Read(window);
        if (_isAnswerDue)
            length = new ReclaimedFrame(read, _cut).Write(room);
        else if (read > _reported)
            length = CounterFrame.Write(room, FrameType.Report, read);
        _isAnswerDue = false;
        _reported = read;
        if (Leases is not null)
            length += Leases.Write(room[length..]);
        isAll = Leases is not { HasFeedback: true };
        return length;
    }

    /// <summary>Gives unread items back, the newest ones; the answer is news.</summary>
    public void Cut(ItemQueue queue, ref ReceiveWindow window, long most)
    {
        int count = (int)Math.Min(most, queue.Count);
        if (count > 0)
        {
            window.Consume(count, queue.CutNewest(count));
            _tags?.Cut(count);
            _cut += count;
            _ahead.Shrink();
            window.SetCapacity(IsOnDemand ? 0 : _ahead.Items);
        }
        _isAnswerDue = true;
        _isWatched = queue.Count > 0;
    }

    /// <summary>Whether the hub is to hear of an item that was read at once.</summary>
    /// <remarks>It waits for that until it has heard of all that were here when it asked. Of leases it always hears, with what is settled before the
    /// next one: how far a program came that dies is what tells the item that it died of from those that only stood behind it.</remarks>
    public bool IsReportDue(in ReceiveWindow window, int left)
    {
        bool isDue = _isWatched || (isLeased && Read(window) == _reported + 1);
        _isWatched &= left > 0;
        return isDue;
    }

    /// <summary>An item is handed to the program: its tag, and, where items are leased, a lease.</summary>
    public DeliveryTag Hand()
    {
        if (_tags is null)
            return default;
        DeliveryTag tag = _tags.Take();
        Leases!.Open(tag.Sequence);
        return tag;
    }

    /// <summary>Items that were handed to the program.</summary>
    public long Read(in ReceiveWindow window) => window.ConsumedItems - _cut;
}

/// <summary>The tags of queued items, a run of items that arrived together an entry. Guarded by its owner's lock.</summary>
internal sealed class DeliveryTags
{
    private readonly LinkedList<Run> _runs = new();

    private sealed class Run
    {
        public long First;
        public int Count;
        public int Deliveries;
        public ItemTrace? Trace;
    }

    public void Append(long first, int count, int deliveries, ItemTrace? trace)
    {
        if (_runs.Last?.Value is { } last && last.Deliveries == deliveries && ReferenceEquals(last.Trace, trace) && last.First + last.Count == first)
            last.Count += count;
        else
            _runs.AddLast(new Run { First = first, Count = count, Deliveries = deliveries, Trace = trace });
    }

    /// <summary>Takes the oldest.</summary>
    public DeliveryTag Take()
    {
        Run run = _runs.First!.Value;
        var tag = new DeliveryTag(run.First, run.Deliveries, run.Trace);
        run.First++;
        if (--run.Count == 0)
            _runs.RemoveFirst();
        return tag;
    }

    /// <summary>Drops the newest.</summary>
    public void Cut(int count)
    {
        while (count > 0)
        {
            Run run = _runs.Last!.Value;
            int cut = Math.Min(count, run.Count);
            run.Count -= cut;
            count -= cut;
            if (run.Count == 0)
                _runs.RemoveLast();
        }
    }

    public void Clear() => _runs.Clear();
}

/// <summary>Which delivery of an item this is.</summary>
/// <param name="Sequence">The item's number on its link, or in its hub's channel for the owner.</param>
/// <param name="Deliveries">How often it was delivered before.</param>
/// <param name="Trace">The trace that it belongs to; null for none.</param>
internal readonly record struct DeliveryTag(long Sequence, int Deliveries, ItemTrace? Trace = null)
{
    /// <summary>Default for no trace.</summary>
    public ActivityContext TraceContext => Trace?.Context ?? default;
}
