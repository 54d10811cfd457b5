using CrossChannels.Diagnostics;
using CrossChannels.Links;

namespace CrossChannels.Channels;

/// <summary>What the channel, its reader and its writer share: when all three are lost without disposal, it closes the link.</summary>
/// <remarks>The link itself is held by its pending read and does not refer back to them.</remarks>
internal sealed class LinkHandle(Link link) : IDisposable
{
#pragma warning disable MA0055 // An end that is lost without disposal must close its link, or its peer waits for ever.
    ~LinkHandle()
#pragma warning restore MA0055
    {
        if (!link.Closed.IsCompleted)
            ThreadPool.UnsafeQueueUserWorkItem(static handle => handle.CloseLost(), this, preferLocal: false);
    }

    /// <remarks>On the pool, because it takes locks, writes and logs: on the finalizer's thread a logger that blocks would stop all finalization.</remarks>
    private void CloseLost()
    {
        // A caller that waits often holds nothing but its wait; the next collection looks again.
        if (link.HasWaiters)
        {
            GC.ReRegisterForFinalize(this);
            return;
        }
        Log.Lost(link.Settings.Logger, link.Peer?.Endpoint ?? "an unknown peer");
        link.BeginClose();
    }

    public Link Link => link;

    /// <summary>Closes the reader; done when the writer has confirmed it, or after the deadline.</summary>
    public async ValueTask CloseReaderAsync(string? reason)
    {
        Task confirmed = link.CloseReaderAsync(reason);
        try
        {
            await confirmed.WaitAsync(link.Settings.CloseTimeout, link.Settings.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A writer that does not answer finds the reader closed when it wakes.
        }
    }

    /// <summary>Leaves without waiting.</summary>
    public void CloseWriter()
    {
        link.Leave();
        link.Done(isOut: true);
    }

    /// <summary>Tells whoever watches that items were not received.</summary>
    public void ReportUnreceived(long count)
    {
        ChannelMetrics.NotReceived(count, link.Tags);
        Log.NotReceived(link.Settings.Logger, link.Peer?.Endpoint ?? "the peer", count);
    }

    /// <summary>Somebody takes care of the link.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
