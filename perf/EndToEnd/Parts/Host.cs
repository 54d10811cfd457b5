using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens, reads one item of every connection and closes it.</summary>
internal sealed class Host(string address) : ListeningPart<NoItem, long>(address)
{
    protected override async Task ServeAsync(DuplexChannel<NoItem, long> channel)
    {
        await using (channel)
            await channel.Reader.ReadAsync();
    }
}
