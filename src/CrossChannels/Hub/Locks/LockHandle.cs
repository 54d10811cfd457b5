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

    /// <summary>A hold was collected that nobody had released: it would keep all others out for ever. Called by a finalizer.</summary>
    public void OnHoldLost(LockClaim claim) => ThreadPool.UnsafeQueueUserWorkItem(
        static lost =>
        {
            if (lost.Source.TryAbandon(lost.Claim))
                Log.HoldLost(lost.Source.Settings.Logger, lost.Address.ToString(), lost.Claim.Token);
        },
        (Source, Address, Claim: claim),
        preferLocal: false);

    public LockSource Source { get; }

    public ChannelAddress Address { get; }

    /// <summary>Its owner has disposed it.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
