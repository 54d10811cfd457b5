using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace CrossChannels.Workers.Pool;

/// <summary>Reads what <see cref="TaskWriter"/> wrote. What the other process says is checked against the message's bounds.</summary>
internal sealed class TaskReader(ReadOnlyMemory<byte> message)
{
    private int _position;
    private List<IAsyncDisposable>? _ends;

    public byte Byte() => Take(1)[0];

    public int Int32() => Raw<int>();

    public T Raw<T>() => Unsafe.ReadUnaligned<T>(in Take(Unsafe.SizeOf<T>())[0]);

    public ReadOnlyMemory<byte> Bytes()
    {
        int length = Int32();
        return Slice(length);
    }

    public ReadOnlyMemory<byte> Slice(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ReadOnlyMemory<byte> slice = message.Slice(_position, length);
        _position += length;
        return slice;
    }

    public ReadOnlySequence<byte> Sequence(int length) => new(Slice(length));

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    /// <summary>Notes an end that was opened for the task, which has it until it is over.</summary>
    public void Keep(IAsyncDisposable end) => (_ends ??= []).Add(end);

    /// <summary>Closes the ends that were opened: what the task wrote is received, and others see that it has left, as when a process ends.</summary>
    public ValueTask CloseEndsAsync() => _ends is null ? default : CloseAsync(_ends);

    private static async ValueTask CloseAsync(List<IAsyncDisposable> ends)
    {
        foreach (IAsyncDisposable end in ends)
            await end.DisposeAsync().ConfigureAwait(false);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> span = message.Span.Slice(_position, length);
        _position += length;
        return span;
    }
}
