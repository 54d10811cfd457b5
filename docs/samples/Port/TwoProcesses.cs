using System.Threading.Channels;
using CrossChannels;

namespace Port;

/// <summary>After: each in a process of its own. Only the lines that make the channel are new.</summary>
internal static class TwoProcesses
{
    public static async Task CountAsync(string name, CancellationToken cancellationToken)
    {
        var options = new DuplexChannelOptions<NoItem, string> { Reading = new BoundedChannelOptions(100) };
        await using DuplexChannelListener<NoItem, string> listener = await CrossChannel.ListenAsync(name, options, cancellationToken);
        await using DuplexChannel<NoItem, string> lines = await listener.AcceptAsync(cancellationToken);

        await WordCounter.RunAsync(lines.Reader, Console.Out, cancellationToken);
    }

    public static async Task ProduceAsync(string name, string folder, CancellationToken cancellationToken)
    {
        await using DuplexChannel<string, NoItem> lines = await CrossChannel.ConnectAsync<string, NoItem>(name, cancellationToken: cancellationToken);

        await LineProducer.RunAsync(folder, lines.Writer, cancellationToken);
    }
}
