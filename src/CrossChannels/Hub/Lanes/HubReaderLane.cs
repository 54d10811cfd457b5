using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;

namespace CrossChannels.Hub;

/// <inheritdoc cref="IHubReaderLane"/>
/// <param name="end">This end of it.</param>
/// <param name="elementSize">Bytes of an item of fixed size, or 0.</param>
/// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
/// <param name="channelRests">Of all lanes of the channel.</param>
[SupportedOSPlatform("linux")]
internal sealed class HubReaderLane(LaneEnd end, int elementSize, bool isFenceShared, LaneRests channelRests) : IHubReaderLane
{
    private readonly LaneWriter _writer = new(end.Segment, end.Layout, isFenceShared);
    private readonly LaneHandover _hands = new(end.Segment, isFenceShared);
    private readonly bool _areRecords = end.Layout.ElementSize == 0;
    private long _handed;
    private bool _isMapped = true;
    private bool _isViolationTold;

    public LaneRests Rests { get; } = new(channelRests);

    public long Room => !_isMapped ? 0 : _areRecords ? long.MaxValue : _writer.Room;

    public long HandedItems => _isMapped ? _handed = Math.Max(_handed, _hands.HandedItems) : _handed;

    public string? TakeViolation()
    {
        string? violation = _isViolationTold ? null : _writer.Violation;
        _isViolationTold |= violation is not null;
        return violation;
    }

    public int Publish(in ItemBatch batch)
    {
        if (!_isMapped)
            return 0;
        ReadOnlySpan<byte> rest = batch.Payload;
        if (!_areRecords)
        {
            int count = (int)Math.Min(batch.Count, _writer.Room);
            if (count > 0)
                _writer.WriteMany(rest[..(count * elementSize)], count);
            return count;
        }
        for (int published = 0; published < batch.Count; published++)
        {
            int size = ItemsHeader.LengthOfFirst(rest, elementSize);
            bool isNull = elementSize == 0 && ItemsHeader.IsNull(rest);
            if (!_writer.TryWrite(rest[(elementSize > 0 ? 0 : ItemsHeader.LengthPrefix)..size], isNull, batch.Deliveries))
                return published;
            rest = rest[size..];
        }
        return batch.Count;
    }

    public bool TryWakeReader() => _isMapped && _writer.TryWakeReader();

    public bool TryPark()
    {
        Rests.Parked();
        return !_isMapped || _writer.TryPark();
    }

    public bool TryWithdraw(out long handed)
    {
        handed = HandedItems;
        if (!_isMapped)
            return true;
        bool isExact = _hands.TryWithdraw(out handed);
        _handed = handed;
        return isExact;
    }

    public void Close()
    {
        if (!_isMapped)
            return;
        _ = HandedItems;
        _isMapped = false;
        end.Dispose();
    }
}
