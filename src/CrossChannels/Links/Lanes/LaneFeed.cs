using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <inheritdoc cref="ILaneFeed"/>
[SupportedOSPlatform("linux")]
internal sealed class LaneFeed : ILaneFeed
{
    private const int LooksPerTime = 8;

    private readonly SharedSegment _segment;
    private readonly LaneReader _reader;
    private readonly LaneHandover _hands;
    private readonly bool _isFenceShared;
    private readonly bool _isTagged;
    private readonly int _elementSize;
    private LaneWait _wait;
    private string? _violation;
    private bool _isMapped = true;

    /// <param name="end">Made by this process, and laid out for a reader of a hub.</param>
    /// <param name="elementSize">Bytes of an item of fixed size, or 0.</param>
    /// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
    public LaneFeed(LaneEnd end, int elementSize, bool isFenceShared)
    {
        _segment = end.Segment;
        _elementSize = elementSize;
        _isTagged = end.Layout.IsTagged;
        _isFenceShared = isFenceShared;
        _reader = new LaneReader(end.Segment, end.Layout, isFenceShared);
        _hands = new LaneHandover(end.Segment, isFenceShared);
    }

    public long Unfed
    {
        get
        {
            if (!_isMapped)
                return 0;
            _reader.Look();
            return _reader.Seen - _reader.Taken;
        }
    }

    public bool IsWithdrawn => _isMapped && _hands.IsWithdrawn;

    public string? Violation => _violation ?? _reader.Violation;

    public bool IsRungInVain => _wait.IsRungInVain;

    public bool TryFeed(ItemQueue queue, out int count, out int bytes, out int deliveries)
    {
        count = bytes = deliveries = 0;
        if (!_isMapped || _violation is not null || !_reader.HasItems)
            return false;
        if (_elementSize > 0 && !_isTagged)
        {
            count = (int)Math.Min(_reader.Seen - _reader.Taken, Math.Max(1, FrameLimits.BatchBytes / _elementSize));
            bytes = count * _elementSize;
            if (!_reader.TryCopyMany(queue.RoomFor(bytes), count))
                return false;
            queue.Filled(bytes, count);
            return true;
        }
        while (bytes < FrameLimits.BatchBytes && _reader.TryPeekLength(out int length) && (count == 0 || _reader.Tag == deliveries) && TryFeedRecord(queue, length, ref bytes))
        {
            deliveries = _reader.Tag;
            count++;
        }
        return count > 0;
    }

    public void Violate(string violation) => _violation ??= violation;

    public bool TryWakeHub() => _isMapped && _reader.TryWakeWriter();

    public bool TryHand(int count) => !_isMapped || _hands.TryHand(count);

    public void Handed(int count)
    {
        if (_isMapped)
            _hands.Handed(count);
    }

    public bool TryPark()
    {
        if (!_isMapped)
            return true;
        _wait.Announce();
        RacePoint.Pass();
        _reader.SayParked(true);
        if (_isFenceShared)
            ProcessFence.Full();
        else
            Interlocked.MemoryBarrier();
        if (Violation is not null || !_reader.HasItems)
        {
            _wait.Parked();
            return true;
        }
        _reader.SayParked(false);
        return false;
    }

    public void Rung() => _wait.Rung();

    public bool Spin()
    {
        if (!_wait.TryBeginSpin(_segment, out long ticks))
            return false;
        bool hasNews = false;
        long started = Stopwatch.GetTimestamp(), waited = 0;
        for (int looks = 1; !hasNews && waited < ticks; looks++)
        {
            hasNews = _reader.News != 0;
            SpinWindow.Pause(waited);
            // Asking for the time takes longer than a look.
            if (hasNews || looks % LooksPerTime == 0)
                waited = Stopwatch.GetTimestamp() - started;
        }
        _wait.EndSpin(_segment, hasNews ? waited : null);
        return hasNews;
    }

    public void Close()
    {
        if (!_isMapped)
            return;
        _isMapped = false;
        _segment.Dispose();
    }

    private bool TryFeedRecord(ItemQueue queue, int length, ref int bytes)
    {
        if (_elementSize > 0 && length != _elementSize)
        {
            _violation ??= $"A record on the lane has {length:N0} bytes, and items have {_elementSize:N0}.";
            return false;
        }
        int prefix = _elementSize > 0 ? 0 : ItemsHeader.LengthPrefix;
        int size = prefix + Math.Max(0, length);
        Span<byte> room = queue.RoomFor(size);
        if (prefix > 0)
            BinaryPrimitives.WriteInt32LittleEndian(room, length < 0 ? ItemsHeader.NullLength : length);
        if (!_reader.TryCopyNext(room[prefix..], take: true))
            return false;
        queue.Filled(size, 1);
        bytes += size;
        return true;
    }
}
