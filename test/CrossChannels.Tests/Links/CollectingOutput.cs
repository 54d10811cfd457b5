using CrossChannels.Links;

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
