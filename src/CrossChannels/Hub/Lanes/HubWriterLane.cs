using System.Buffers.Binary;
using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;

namespace CrossChannels.Hub;

/// <inheritdoc cref="IHubWriterLane"/>
[SupportedOSPlatform("linux")]
internal sealed class HubWriterLane : IHubWriterLane
{
    private readonly SharedSegment _segment;
    private readonly LaneReader _reader;
    private readonly HubLaneCredit _credit;
    private readonly int _elementSize;
    private long _granted;
    private long _wants;
    private bool _isMapped = true;
    private bool _isViolationTold;
    private int _isRingDue;

    public HubWriterLane(LaneEnd end, bool isFenceShared, ILanePort port, LaneRests channelRests)
    {
        Port = port;
        Rests = new LaneRests(channelRests);
        _segment = end.Segment;
        _elementSize = end.Layout.ElementSize;
        IsFenceShared = isFenceShared;
        _reader = new LaneReader(end.Segment, end.Layout, isFenceShared);
        _credit = new HubLaneCredit(end.Segment, isFenceShared);
    }

    public ILanePort Port { get; }

    public bool IsActive { get; set; }

    public bool IsFenceShared { get; }

    public bool HasItems => _isMapped && !_isViolationTold && _reader.HasItems;

    public long Published
    {
        get
        {
            if (_isMapped)
                _reader.Look();
            return _reader.Seen;
        }
    }

    public LaneRests Rests { get; }

    public bool HasNews => _reader.News != 0 || _credit.Wants != Volatile.Read(ref _wants);

    public bool TryCollect(HubQueue queue, out int count, out int bytes)
    {
        count = bytes = 0;
        if (!_isMapped || !_reader.HasItems || _reader.Seen > _granted)
            return false;
        _reader.Look();
        if (_elementSize > 0)
        {
            count = (int)Math.Min(_reader.Seen - _reader.Taken, Math.Max(1, FrameLimits.BatchBytes / _elementSize));
            bytes = count * _elementSize;
            if (!_reader.TryCopyMany(queue.RoomFor(bytes), count))
                return false;
            queue.Filled(bytes, count);
        }
        else
        {
            while (bytes < FrameLimits.BatchBytes && TryCollectRecord(queue, ref bytes))
                count++;
        }
        // One that is out of credit is woken when there is some.
        if (_granted > _reader.Seen)
            LookForParked();
        return count > 0;
    }

    public bool? HearWants()
    {
        long wants = _isMapped ? _credit.Wants : _wants;
        if (wants == _wants)
            return null;
        Volatile.Write(ref _wants, wants);
        return (wants & 1) != 0;
    }

    public string? TakeViolation()
    {
        if (_isViolationTold)
            return null;
        string? violation = _reader.Violation ?? (_reader.Seen <= _granted ? null : $"The lane's writer published {_reader.Seen:N0} items, and was granted {_granted:N0}.");
        _isViolationTold = violation is not null;
        return violation;
    }

    public void Grant(long items)
    {
        _granted = items;
        if (!_isMapped)
            return;
        _credit.Grant(items);
        LookForParked();
    }

    public bool TryLower(out long granted)
    {
        granted = _granted;
        if (!_isMapped)
            return true;
        if (!_credit.TryLower(_reader))
            return false;
        // What was published beyond the grant is found, and told, when it is collected.
        granted = _granted = Math.Min(_granted, _reader.Seen);
        return true;
    }

    public bool IsRingDue => Volatile.Read(ref _isRingDue) != 0;

    public bool TakeRing() => Interlocked.Exchange(ref _isRingDue, 0) != 0;

    public void BeginParking()
    {
        if (!_isMapped)
            return;
        Rests.Parked();
        _reader.SayParked(true);
    }

    public void Fence()
    {
        if (IsFenceShared)
            ProcessFence.Full();
        else
            Interlocked.MemoryBarrier();
    }

    public bool TryEndParking()
    {
        if (!_isMapped || (!_reader.HasItems && _credit.Wants == _wants))
            return true;
        _reader.SayParked(false);
        return false;
    }

    public void Freeze()
    {
        if (_isMapped)
            _reader.Freeze();
    }

    public void Close()
    {
        if (!_isMapped)
            return;
        _isMapped = false;
        _segment.Dispose();
    }

    public bool TryEnter()
    {
        bool isInside = false;
        if (_isMapped)
            _segment.DangerousAddRef(ref isInside);
        return isInside;
    }

    public void Leave() => _segment.DangerousRelease();

    private bool TryCollectRecord(HubQueue queue, ref int bytes)
    {
        if (!_reader.TryPeekLength(out int length))
            return false;
        int size = ItemsHeader.LengthPrefix + Math.Max(0, length);
        Span<byte> room = queue.RoomFor(size);
        BinaryPrimitives.WriteInt32LittleEndian(room, length < 0 ? ItemsHeader.NullLength : length);
        if (!_reader.TryCopyNext(room[ItemsHeader.LengthPrefix..], take: true))
            return false;
        queue.Filled(size, 1);
        bytes += size;
        return true;
    }

    private void LookForParked()
    {
        // With a fence behind it: whoever notes it then looks whether another thread is about to ring, who takes its note off and then this.
        if (_reader.TryWakeWriter())
            Interlocked.Exchange(ref _isRingDue, 1);
    }
}
