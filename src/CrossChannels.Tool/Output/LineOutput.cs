using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Tool.Output;

/// <summary>Who reads the output is gone.</summary>
internal sealed class OutputClosedException(Exception inner) : Exception(inner.Message, inner);

/// <summary>Standard output, line by line; a line counts as written when it has left.</summary>
internal sealed class LineOutput : IAsyncDisposable
{
    private const int StandardOutput = 1;

    // The console's own stream says nothing of a reader that is gone.
    private readonly StreamWriter _writer = new(
        OperatingSystem.IsWindows()
            ? Console.OpenStandardOutput()
            : new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        64 * 1024)
    { NewLine = "\n" };

    /// <exception cref="OutputClosedException">Nobody reads any more.</exception>
    public async ValueTask WriteAsync(string line)
    {
        try
        {
            await _writer.WriteLineAsync(line);
        }
        catch (IOException e)
        {
            throw new OutputClosedException(e);
        }
    }

    /// <exception cref="OutputClosedException">Nobody reads any more.</exception>
    public async ValueTask FlushAsync()
    {
        try
        {
            await _writer.FlushAsync();
        }
        catch (IOException e)
        {
            throw new OutputClosedException(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _writer.DisposeAsync();
        }
        catch (IOException)
        {
            // What was lost has been said by a write, or was not to be read by anyone.
        }
    }
}
