using System.Threading.Channels;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>What an end of a link is told; null for the default.</summary>
internal sealed record LinkSetup<TWrite, TRead>
{
    /// <summary>What the reading end holds.</summary>
    public ChannelOptions? Reading { get; init; }

    public IItemSerializer<TWrite>? WriteSerializer { get; init; }

    public IItemSerializer<TRead>? ReadSerializer { get; init; }

    /// <summary>How many links a listener takes.</summary>
    public int? MaxLinks { get; init; }
}

/// <summary>One end of a link, whatever the library calls it.</summary>
internal sealed record Link<TWrite, TRead>(
    CrossChannelWriter<TWrite> Writer, CrossChannelReader<TRead> Reader, IAsyncDisposable End, Action<string> Abort)
{
    /// <summary>Leaves an endpoint that goes on.</summary>
    public ValueTask CloseAsync()
    {
        Writer.TryComplete();
        return End.DisposeAsync();
    }
}

/// <summary>An end with one connection that lasts for all rounds.</summary>
internal abstract class ConnectingPart<TWrite, TRead>(string address) : Part
{
    private Link<TWrite, TRead>? _link;

    protected CrossChannelWriter<TWrite> Writer => _link!.Writer;

    protected CrossChannelReader<TRead> Reader => _link!.Reader;

    protected virtual LinkSetup<TWrite, TRead> Setup { get; } = new();

    public override async Task StartAsync() => _link = await Library.ConnectAsync(address, Setup);

    public override ValueTask StopAsync() => _link?.CloseAsync() ?? default;
}

/// <summary>An end that listens and serves every connection until the process ends.</summary>
internal abstract class ListeningPart<TWrite, TRead>(string address) : Part
{
    private IAsyncDisposable? _listener;

    protected virtual LinkSetup<TWrite, TRead> Setup { get; } = new();

    public override async Task StartAsync()
    {
        (_listener, IAsyncEnumerable<Link<TWrite, TRead>> accepted) = await Library.ListenAsync(address, Setup);
        RunInBackground(async () =>
        {
            await foreach (Link<TWrite, TRead> link in accepted)
                RunInBackground(() => ServeAsync(link));
        });
    }

    public override ValueTask StopAsync() => _listener?.DisposeAsync() ?? default;

    protected abstract Task ServeAsync(Link<TWrite, TRead> link);
}
