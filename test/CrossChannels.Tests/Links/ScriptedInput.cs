using System.Threading.Channels;
using CrossChannels.Links;

namespace CrossChannels.Tests.Links;

/// <summary>An input that gives what a test puts into it, in the test's pieces.</summary>
internal sealed class ScriptedInput : LinkInput
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();
    private byte[] _piece = [];
    private int _count;

    /// <summary>How often the link has asked for a piece: of all before the last that it asked for it has dealt with.</summary>
    public int Asked => Volatile.Read(ref _count);

    /// <summary>The most room that a read has offered.</summary>
    public int LargestRoom { get; private set; }

    public void Add(byte[] piece)
    {
        if (piece.Length > 0)
            _pieces.Writer.TryWrite(piece);
    }

    public void End() => _pieces.Writer.TryComplete();

    /// <summary>Waits until the link asks once more, so that it has dealt with everything before.</summary>
    public ValueTask<bool> WaitUntilAskedAsync() => _asked.Reader.ReadAsync();

    public override async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        Assert.IsGreaterThan(0, destination.Length, "A read of nothing cannot tell the end.");
        LargestRoom = Math.Max(LargestRoom, destination.Length);
        if (_piece.Length == 0)
        {
            _asked.Writer.TryWrite(true);
            Interlocked.Increment(ref _count);
            if (!await _pieces.Reader.WaitToReadAsync() || !_pieces.Reader.TryRead(out _piece!))
                return 0;
        }
        int count = Math.Min(_piece.Length, destination.Length);
        _piece.AsMemory(0, count).CopyTo(destination);
        _piece = _piece[count..];
        return count;
    }

    public override ValueTask CloseAsync()
    {
        End();
        return default;
    }
}
