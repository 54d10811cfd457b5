using System.Collections.Concurrent;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and holds every connection.</summary>
internal sealed class IdleEndpoint(string address) : ListeningPart<NoItem, long>(address)
{
    private readonly ConcurrentBag<DuplexChannel<NoItem, long>> _channels = [];

    protected override Task ServeAsync(DuplexChannel<NoItem, long> channel)
    {
        _channels.Add(channel);
        return Task.CompletedTask;
    }
}
