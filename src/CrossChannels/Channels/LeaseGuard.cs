namespace CrossChannels.Channels;

/// <summary>What a lease alone refers to: if the program loses the lease without settling it, the item is given back, or nobody else would ever get it.</summary>
internal sealed class LeaseGuard(ILeaseHolder holder, long sequence) : IDisposable
{
#pragma warning disable MA0055 // Only a finalizer sees that a lease is lost.
    ~LeaseGuard() => ThreadPool.UnsafeQueueUserWorkItem(static lost => lost.Holder.Lose(lost.Sequence), (Holder: holder, Sequence: sequence), preferLocal: false);
#pragma warning restore MA0055

    /// <summary>Its lease is settled.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
