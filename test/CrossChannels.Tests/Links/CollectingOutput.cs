using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Links;

/// <summary>Keeps what a link writes; may hold its writes back.</summary>
internal sealed class CollectingOutput : LinkOutput
{
    private readonly List<byte> _bytes = [];
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _holds;

    /// <summary>Whether a write waits until <see cref="Release"/>.</summary>
    public bool Holds { get => Volatile.Read(ref _holds); set => Volatile.Write(ref _holds, value); }

    public byte[] Written
    {
        get
        {
            lock (_bytes)
                return [.. _bytes];
        }
    }

    /// <summary>Called in each write, on the thread that writes.</summary>
    public Action? Writing { get; set; }

    public void Release() => _released.TrySetResult();

    /// <summary>The frames that are written whole, after the greeting.</summary>
    public List<(FrameHeader Header, byte[] Body)> Frames()
    {
        List<(FrameHeader, byte[])> frames = [];
        byte[] bytes = Written;
        if (!Preamble.TryRead(bytes, out Preamble preamble))
            return frames;
        for (int at = Preamble.Size + preamble.HelloLength; at + FrameHeader.Size <= bytes.Length;)
        {
            FrameHeader header = FrameHeader.Read(bytes.AsSpan(at));
            at += FrameHeader.Size;
            if (at + (int)header.Length > bytes.Length)
                break;
            frames.Add((header, bytes[at..(at + (int)header.Length)]));
            at += (int)header.Length;
        }
        return frames;
    }

    public override bool EndsWritesOnClose => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        lock (_bytes)
            _bytes.AddRange(bytes.Span);
        Writing?.Invoke();
        return Holds ? new ValueTask(_released.Task) : default;
    }

    public override ValueTask CloseAsync()
    {
        Release();
        return default;
    }
}
