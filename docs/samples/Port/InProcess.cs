using System.Threading.Channels;

namespace Port;

/// <summary>Before: producer and consumer in one process.</summary>
internal static class InProcess
{
    public static async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        Channel<string> lines = Channel.CreateBounded<string>(100);

        Task producing = LineProducer.RunAsync(folder, lines.Writer, cancellationToken);
        await WordCounter.RunAsync(lines.Reader, Console.Out, cancellationToken);
        await producing;
    }
}
