using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Reads numbers of a leased channel and settles each by itself.</summary>
internal sealed class LeaseReader(string address) : Part
{
    private LeasedReader<long>? _reader;

    public override async Task StartAsync()
    {
        _reader = await CrossChannel.OpenLeasedReaderAsync<long>(address);
        RunInBackground(SettleAllAsync);
    }

    public override ValueTask StopAsync() => _reader?.DisposeAsync() ?? default;

    private async Task SettleAllAsync()
    {
        while (await _reader!.WaitToReadAsync())
            SettleWhatIsHere(_reader);
    }

    private static void SettleWhatIsHere(LeasedReader<long> reader)
    {
        while (reader.TryRead(out Lease<long>? lease))
            lease.Complete();
    }
}
