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
        Log.Lost(Source.Settings.Logger, Address.ToString());
        _ = Source.CloseAsync().AsTask();
    }

    public LockSource Source { get; }

    public ChannelAddress Address { get; }

    /// <summary>Somebody takes care of it.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
