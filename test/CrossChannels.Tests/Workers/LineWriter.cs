using System.Text;

namespace CrossChannels.Tests.Workers;

/// <summary>Keeps what a worker writes, and tells when the first line is there.</summary>
internal sealed class LineWriter : TextWriter
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    public Task<string> FirstLine => _firstLine.Task;

    public override void Write(char value)
    {
        lock (_gate)
        {
            _text.Append(value);
            if (value == '\n')
                _firstLine.TrySetResult(_text.ToString().Split('\n')[0]);
        }
    }

    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        foreach (char value in buffer.Span)
            Write(value);
        return Task.CompletedTask;
    }

    public override string ToString()
    {
        lock (_gate)
            return _text.ToString();
    }
}
