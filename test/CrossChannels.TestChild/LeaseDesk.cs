namespace CrossChannels.TestChild;

/// <summary>Settles leases in all the ways there are, and in any order.</summary>
internal sealed class LeaseDesk<T>(Random random, Func<T, long> idOf, Journal journal)
{
    private const int MostOpen = 6;

    private readonly List<Lease<T>> _open = [];

    public async ValueTask TakeAsync(Lease<T> lease)
    {
        journal.Write('r', idOf(lease.Item), lease.DeliveryCount);
        _open.Add(lease);
        while (_open.Count > MostOpen || (_open.Count > 0 && random.Next(2) == 0))
            await SettleOneAsync();
    }

    /// <summary>Whoever waits for items while it keeps leases may wait for itself.</summary>
    public async ValueTask SettleAllAsync()
    {
        while (_open.Count > 0)
            await SettleOneAsync();
    }

    private async ValueTask SettleOneAsync()
    {
        int at = random.Next(_open.Count);
        Lease<T> lease = _open[at];
        _open.RemoveAt(at);
        switch (random.Next(20))
        {
            case 0:
                lease.Abandon();
                break;
            case 1:
                await lease.CompleteAsync();
                journal.Write('s', idOf(lease.Item), lease.DeliveryCount);
                break;
            default:
                lease.Complete();
                break;
        }
    }
}
