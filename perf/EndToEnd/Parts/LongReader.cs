using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and reads numbers, one by one.</summary>
internal sealed class LongReader(string address, string capacity) : ListeningPart<NoItem, long>(address)
{
    protected override CrossChannelOptions<NoItem, long> Options { get; } = new() { Reading = Capacity.Options(capacity) };

    protected override Task ServeAsync(CrossChannel<NoItem, long> channel) => ItemLoops.ReadAsync(channel.Reader, static () => { });
}
