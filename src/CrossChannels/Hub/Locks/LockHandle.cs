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
        // The finalizer thread must not wait for a logger, a lock or a socket.
        ThreadPool.UnsafeQueueUserWorkItem(
            static lost =>
            {
                Log.Lost(lost.Source.Settings.Logger, lost.Address.ToString());
                _ = lost.Source.CloseAsync(isLost: true).AsTask();
            },
            (Source, Address),
            preferLocal: false);
    }

    public LockSource Source { get; }

    public ChannelAddress Address { get; }

    /// <summary>Its owner has disposed it.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>What a hold alone refers to: if the program loses the hold without releasing it, the lock is given back, or it would keep all others out for ever.</summary>
    internal sealed class HoldGuard(LockHandle handle, LockClaim claim) : IDisposable
    {
#pragma warning disable MA0055 // Only a finalizer sees that a hold is lost.
        ~HoldGuard() => ThreadPool.UnsafeQueueUserWorkItem(
            static lost =>
            {
                if (lost.Source.TryAbandon(lost.Claim))
                    Log.HoldLost(lost.Source.Settings.Logger, lost.Address.ToString(), lost.Claim.Token);
            },
            (handle.Source, handle.Address, Claim: claim),
            preferLocal: false);
#pragma warning restore MA0055

        /// <summary>Its hold is released, or its program has done so.</summary>
        public void Dispose() => GC.SuppressFinalize(this);
    }
}
