using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and reads numbers, one by one.</summary>
internal sealed class LongReader(string address, string capacity) : ListeningPart<NoItem, long>(address)
{
    // Room for ten thousand idle ones beside the one at work.
    private const int MaxLinks = 20_000;

    protected override DuplexChannelOptions<NoItem, long> Options { get; } = new() { Reading = Capacity.Options(capacity), Connection = new() { MaxLinks = MaxLinks } };

    protected override Task ServeAsync(DuplexChannel<NoItem, long> channel) => ItemLoops.ReadAsync(channel.Reader, static () => { });
}
