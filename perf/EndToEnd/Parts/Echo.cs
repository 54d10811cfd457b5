using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>Listens and sends every number back.</summary>
internal sealed class Echo(string address) : ListeningPart<long, long>(address)
{
    protected override async Task ServeAsync(DuplexChannel<long, long> channel)
    {
        while (await channel.Reader.WaitToReadAsync())
            await channel.Writer.WriteAsync(await channel.Reader.ReadAsync());
    }
}
