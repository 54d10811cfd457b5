using System.Threading.Channels;

namespace Port;

/// <summary>Writes every line of a folder's text files to a channel. It does not know who reads.</summary>
internal static class LineProducer
{
    public static async Task RunAsync(string folder, ChannelWriter<string> lines, CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
            {
                await foreach (string line in File.ReadLinesAsync(file, cancellationToken))
                    await lines.WriteAsync(line, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            error = e;
        }

        lines.TryComplete(error);
    }
}
