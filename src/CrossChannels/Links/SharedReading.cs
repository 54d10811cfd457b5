using System.Diagnostics;
using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>What a reader of a hub's channel keeps beside its items: what it asks for, reports, gives back and settles. Guarded by the receiver's lock.</summary>
internal sealed class SharedReading(bool isLeased)
{
    private const long MostItemsAhead = 64 * 1024;

    private ReadAhead _ahead = new(MostItemsAhead);
    private long _cut;
    private long _reported;

    /// <summary>The hub chooses the next item when it is asked for, so that nothing is read ahead.</summary>
    public bool IsOnDemand { get; set; }

    public DeliveryTags? Tags { get; } = isLeased ? new DeliveryTags() : null;

    public SettleQueue? Settles { get; } = isLeased ? new SettleQueue() : null;

    /// <summary>Nothing is asked for until the reader comes back.</summary>
    public bool IsOneByOne => IsOnDemand || _ahead.Items <= 1;

    /// <summary>So many callers found nothing.</summary>
    public void Ask(ref ReceiveWindow window, int callers)
    {
        if (IsOnDemand)
        {
            window.SetCapacity(Math.Max(1, callers));
            return;
        }
        _ahead.Ask(Read(window), (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds);
        window.SetCapacity(Math.Max(_ahead.Items, callers));
    }

    /// <summary>Items are about to be queued.</summary>
    public void Arrive(ref ReceiveWindow window, in ItemsHeader items, ReadOnlySpan<byte> extension)
    {
        if (IsOnDemand)
            window.SetCapacity(0);
        Tags?.Append((long)items.FirstSequence, (int)items.Count, ItemsExtension.ReadDeliveries(extension));
    }

    /// <summary>Whether the hub has something to be told.</summary>
    public bool HasNews(in ReceiveWindow window) => Read(window) > _reported || Settles is { IsEmpty: false };

    /// <summary>Writes what the hub has to be told.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="window">The receiver's.</param>
    /// <param name="isAll">False if the rest needs another write.</param>
    public int WriteNews(Span<byte> room, in ReceiveWindow window, out bool isAll)
    {
        int length = 0;
        if (Read(window) is var read && read > _reported)
        {
            _reported = read;
            length = CounterFrame.Write(room, FrameType.Report, read);
        }
        if (Settles is not null)
            length += Settles.Write(room[length..]);
        isAll = Settles is not { IsEmpty: false };
        return length;
    }

    /// <summary>Gives unread items back, the newest ones.</summary>
    public ReclaimedFrame Cut(ItemQueue queue, ref ReceiveWindow window, long most)
    {
        int count = (int)Math.Min(most, queue.Count);
        if (count > 0)
        {
            window.Consume(count, queue.CutNewest(count));
            Tags?.Cut(count);
            _cut += count;
            _ahead.Shrink();
            window.SetCapacity(_ahead.Items);
        }
        _reported = Read(window);
        return new ReclaimedFrame(_reported, _cut);
    }

    /// <summary>Items that were handed to the program.</summary>
    public long Read(in ReceiveWindow window) => window.ConsumedItems - _cut;
}
