using System.Buffers;
using System.Runtime.InteropServices;
using CrossChannels.Buffers;

namespace CrossChannels.Links;

/// <summary>Memory that a writer's program fills before it writes it as an item: of a lane, so that it is not copied, or of the pool.</summary>
/// <remarks>It is the program's until its writer has accepted it, which takes it, or until it is disposed. A write that fails leaves it as it was.</remarks>
internal sealed unsafe class RentedMemory : MemoryManager<byte>
{
    private readonly int _length;
    private readonly byte* _start;
    private readonly byte[]? _array;
    private readonly IRentLender? _lender;
    private readonly LossWatch? _watch;
    private volatile State _state;

    /// <summary>Memory of the pool.</summary>
    /// <param name="length">In bytes.</param>
    /// <param name="writer">The writer that takes it; null for one that copies it and leaves it to its program.</param>
    public RentedMemory(int length, object? writer)
    {
        _length = length;
        _array = BufferPool.Rent(length, nameof(RentedMemory));
        Writer = writer;
    }

    /// <summary>Memory of a lane.</summary>
    /// <param name="lender">The lane's.</param>
    /// <param name="start">Its first byte, mapped until it is told that this is over.</param>
    /// <param name="page">Where in the lane it is.</param>
    /// <param name="length">In bytes.</param>
    /// <param name="writer">The writer that takes it.</param>
    /// <param name="watch">Whether it is lost.</param>
    public RentedMemory(IRentLender lender, nint start, int page, int length, object writer, LossWatch? watch)
    {
        _watch = watch;
        _lender = lender;
        _start = (byte*)start;
        _length = length;
        Page = page;
        Writer = writer;
    }

    private enum State
    {
        Open,
        Writing,

        /// <summary>It is being written, and is to be disposed if that fails.</summary>
        WritingDisposed,
        Over,
    }

    public object? Writer { get; }

    /// <summary>The lane that lends it; null for memory of the pool.</summary>
    public IRentLender? Lender => _lender;

    public int Page { get; }

    public int Length => _length;

    /// <summary>Which item of the lane it became. Set when it is published.</summary>
    public long Number { get; set; }

    /// <summary>A write begins.</summary>
    /// <exception cref="ObjectDisposedException">It was written, or disposed, before.</exception>
    public void BeginWrite()
    {
        if (Interlocked.CompareExchange(ref _state, State.Writing, State.Open) != State.Open)
            throw new ObjectDisposedException(nameof(IMemoryOwner<>), "The rented memory was written, or disposed, before, or is being written.");
    }

    /// <summary>A write is over.</summary>
    /// <param name="isAccepted">The item is the channel's; else this is the program's again.</param>
    public void EndWrite(bool isAccepted)
    {
        if (isAccepted)
        {
            _state = State.Over;
            Let(isPublished: true);
        }
        else if (Interlocked.CompareExchange(ref _state, State.Open, State.Writing) != State.Writing)
        {
            _state = State.Over;
            Let(isPublished: false);
        }
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_state == State.Over, typeof(IMemoryOwner<byte>));
        return _array is null ? new Span<byte>(_start, _length) : _array.AsSpan(0, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)GetSpan().Length, nameof(elementIndex));
        if (_array is null)
            return new MemoryHandle(_start + elementIndex, pinnable: this);
        var handle = GCHandle.Alloc(_array, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        State state;
        do
            state = _state;
        while (state is State.Open or State.Writing && Interlocked.CompareExchange(ref _state, state == State.Open ? State.Over : State.WritingDisposed, state) != state);
        if (state == State.Open)
            Let(isPublished: false);
    }

    private void Let(bool isPublished)
    {
        _watch?.Dispose();
        if (_array is not null)
            BufferPool.Return(_array);
        else if (isPublished && Number > 0)
            _lender!.Published(this);
        else
            _lender!.GiveBack(this);
    }
}

/// <summary>Who lends memory of a lane: lanes themselves are there on Linux only.</summary>
internal interface IRentLender
{
    /// <summary>It became an item.</summary>
    void Published(RentedMemory memory);

    /// <summary>It did not.</summary>
    void GiveBack(RentedMemory memory);
}
