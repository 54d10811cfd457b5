using CrossChannels.Diagnostics;

namespace CrossChannels.Hub;

/// <summary>What a lock and its holds share: when all are lost without disposal, it closes the way to the hub.</summary>
/// <remarks>The source itself is held by its link and does not refer back to them; a caller that waits holds the lock.</remarks>
internal sealed class LockHandle : IDisposable
{
    public LockHandle(LockSource source, ChannelAddress address)
    {
        Source = source;
        Address = address;
        if (!source.ClosesWhenLost)
            GC.SuppressFinalize(this);
    }

#pragma warning disable MA0055 // A lock that is lost without disposal must let go of what it holds, or others wait for ever.
    ~LockHandle()
#pragma warning restore MA0055
    {
        // On the pool, because it takes locks, writes and logs: on the finalizer's thread a logger that blocks would stop all finalization.
        ThreadPool.UnsafeQueueUserWorkItem(
            static handle =>
            {
                Log.Lost(handle.Source.Settings.Logger, handle.Address.ToString());
                _ = handle.Source.CloseAsync().AsTask();
            },
            this,
            preferLocal: false);
    }

    public LockSource Source { get; }

    public ChannelAddress Address { get; }

    /// <summary>Somebody takes care of it.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
