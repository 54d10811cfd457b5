using System.Text;

namespace CrossChannels.Tests.Workers;

/// <summary>Takes its time, and notes whether somebody writes meanwhile.</summary>
internal sealed class OverlapWriter : TextWriter
{
    private int _writers;

    public bool HasOverlapped { get; private set; }

    public override Encoding Encoding => Encoding.UTF8;

    public override async Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        HasOverlapped |= Interlocked.Increment(ref _writers) > 1;
        for (int i = 0; i < 100; i++)
            await Task.Yield();
        Interlocked.Decrement(ref _writers);
    }
}
