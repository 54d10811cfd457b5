using CrossChannels.Buffers;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Reads a link's input and cuts it into greeting and frames. A read is always under way, so that a peer's end is noticed.</summary>
/// <remarks>
/// Bytes arrive in one staging buffer, which is parsed in place: control frames take no room beyond it, however many come behind
/// unread items. The rest of a large payload is read straight into the segment that will hold it.
/// </remarks>
internal sealed class ReceiveLoop(LinkInput input, LinkFrames frames) : IThreadPoolWorkItem
{
    private const int IdleStagingBytes = 1024;
    private const int BusyStagingBytes = 64 * 1024;

    /// <summary>Waiters are not kept waiting by input that never pauses.</summary>
    private const int MaxReadsBeforeWake = 4;

    private byte[] _staging = BufferPool.Rent(IdleStagingBytes, nameof(ReceiveLoop));
    private int _start;
    private int _end;
    private bool _isGreeting = true;
    private LargePayload? _large;
    private long _largestPayload = BusyStagingBytes;
    private ValueTask<int> _read;
    private Action? _onRead;

    /// <summary>Begins to read. Goes on while there are bytes, so that a peer that never pauses would hold a caller.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        WakeList wake = default;
        Run(ref wake, arm: true);
        wake.Wake(inline: false);
    }

    private void OnRead()
    {
        WakeList wake = default;
        Run(ref wake, arm: false);
        // The next read is under way, or the loop has ended: user code may have this thread now.
        wake.Wake(inline: CallerThread.MayRunUserCode);
    }

    /// <summary>Takes the finished read and goes on until a read has to wait. Nothing of the loop may be touched after that.</summary>
    private void Run(ref WakeList wake, bool arm)
    {
        Exception? error = null;
        try
        {
            for (int reads = 0; ; reads++)
            {
                if (!arm)
                {
                    int count = TakeRead();
                    if (count == 0)
                        break;
                    frames.OnBytes();
                    Parse(count, ref wake);
                }
                arm = false;
                if (reads >= MaxReadsBeforeWake)
                {
                    wake.Wake(inline: false);
                    reads = 0;
                }
                MakeRoom();
#pragma warning disable CA2012 // The loop awaits by hand, so that it can let waiters run after the next read is under way.
                _read = input.ReadAsync(_large is { } large ? large.Room : _staging.AsMemory(_end));
#pragma warning restore CA2012
                if (!_read.IsCompleted)
                {
                    _read.GetAwaiter().UnsafeOnCompleted(_onRead ??= OnRead);
                    return;
                }
            }
        }
        catch (Exception e)
        {
            error = e;
        }
        BufferPool.Return(_staging);
        _staging = [];
        _large?.Drop();
        frames.OnEnd(error);
    }

    private int TakeRead()
    {
        ValueTask<int> read = _read;
        _read = default;
#pragma warning disable VSTHRD002 // It is done.
        return read.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private void Parse(int count, ref WakeList wake)
    {
        if (_large is { } large)
        {
            large.Filled(count);
            if (!large.IsWhole)
                return;
            _large = null;
            EndLarge(large, ref wake);
            return;
        }

        _end += count;
        ReadOnlySpan<byte> bytes = _staging.AsSpan(_start, _end - _start);
        int before = bytes.Length;
        if (!_isGreeting || TryGreet(ref bytes))
        {
            while (TryFrame(ref bytes, ref wake))
            {
            }
        }
        _start += before - bytes.Length;
        if (_start == _end)
            _start = _end = 0;
    }

    private bool TryGreet(ref ReadOnlySpan<byte> bytes)
    {
        if (!Preamble.TryRead(bytes, out Preamble preamble) || bytes.Length < Preamble.Size + preamble.HelloLength)
            return false;
        frames.OnHello(preamble, bytes.Slice(Preamble.Size, preamble.HelloLength));
        bytes = bytes[(Preamble.Size + preamble.HelloLength)..];
        _isGreeting = false;
        return true;
    }

    /// <returns>False if more bytes are needed, or a large payload is under way.</returns>
    private bool TryFrame(ref ReadOnlySpan<byte> bytes, ref WakeList wake)
    {
        if (bytes.Length < FrameHeader.Size)
            return false;
        FrameHeader header = FrameHeader.Read(bytes);
        bool isKnown = FrameLimits.Check(header, frames.MaxItemBytes);
        if (header.Type == FrameType.Items)
            return TryItems(header, ref bytes, ref wake);

        int size = FrameHeader.Size + (int)header.Length;
        if (bytes.Length < size)
            return false;
        frames.OnControl(header, isKnown, bytes[FrameHeader.Size..size], ref wake);
        bytes = bytes[size..];
        return true;
    }

    private bool TryItems(in FrameHeader header, ref ReadOnlySpan<byte> bytes, ref WakeList wake)
    {
        if (bytes.Length < FrameHeader.Size + ItemsHeader.Size)
            return false;
        ItemsHeader items = ItemsHeader.Read(bytes[FrameHeader.Size..]);
        int head = FrameHeader.Size + ItemsHeader.Size + (int)Math.Min(items.ExtensionLength, FrameLimits.ExtensionBytes);
        int whole = FrameHeader.Size + (int)header.Length;
        bool fitsStaging = whole <= head + FrameLimits.BatchBytes;
        if (bytes.Length < (fitsStaging ? whole : head))
            return false;

        int payload = frames.OnItemsHeader(header, items, bytes[(FrameHeader.Size + ItemsHeader.Size)..Math.Min(head, bytes.Length)]);
        ReadOnlySpan<byte> here = bytes[head..Math.Min(whole, bytes.Length)];
        bytes = bytes[(head + here.Length)..];
        if (here.Length == payload)
        {
            frames.OnItems(here, (int)items.Count, ref wake);
            return true;
        }
        _large = new LargePayload(payload, (int)items.Count, here, _largestPayload);
        return false;
    }

    private void EndLarge(LargePayload large, ref WakeList wake)
    {
        _largestPayload = Math.Max(_largestPayload, large.Length);
        frames.OnItems(large.TakeSegment(), large.Count, ref wake);
    }

    /// <summary>Gives the next read room behind what is not parsed yet.</summary>
    private void MakeRoom()
    {
        if (_large is not null)
        {
            _start = _end = 0;
            return;
        }
        bool wasFilled = _end == _staging.Length;
        if (_start > 0)
        {
            _staging.AsSpan(_start, _end - _start).CopyTo(_staging);
            _end -= _start;
            _start = 0;
        }
        if (_end < _staging.Length && !(wasFilled && _staging.Length < BusyStagingBytes))
            return;
        byte[] larger = BufferPool.Rent(BusyStagingBytes, nameof(ReceiveLoop));
        _staging.AsSpan(0, _end).CopyTo(larger);
        BufferPool.Return(_staging);
        _staging = larger;
    }
}
