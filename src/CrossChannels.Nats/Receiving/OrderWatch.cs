using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Server;
using CrossChannels.Threading;

namespace CrossChannels.Nats.Receiving;

/// <summary>
/// Asks the server what a reader that is in doubt about its order has to know: how far the doubt reaches, and what is settled meanwhile. None of it goes by the clock, since neither the server nor a
/// connection that nobody hears of any more says how late it is.
/// </summary>
/// <param name="server">Where the channel is.</param>
/// <param name="facts">What it is.</param>
/// <param name="sync">The reader's lock.</param>
/// <param name="order">What is in doubt.</param>
/// <param name="onLooked">What the reader does each time that more may be known.</param>
/// <param name="stop">The reader is closed.</param>
internal sealed class OrderWatch(ServerClient server, ChannelFacts facts, RankedLock sync, DeliveryOrder order, Action onLooked, CancellationToken stop)
{
    private static readonly TimeSpan s_leastPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromSeconds(1);

    private readonly string _stream = server.Names.Stream(facts.Name);

    /// <summary>What is missing comes after the lease timeout at the latest, if the server is not late; each look until then may bring one item more that comes too early.</summary>
    private readonly TimeSpan _mostPause = TimeSpan.FromTicks(Math.Clamp(facts.LeaseTimeout.Ticks / 40, s_leastPause.Ticks, s_mostPause.Ticks));
    private readonly List<string> _old = [];
    private bool _isBounding;
    private bool _isLooking;

    /// <summary>From now on, something may be missing.</summary>
    /// <param name="old">A subject under which the reader asked over a connection that broke here; the server may still have that connection, and what was asked.</param>
    public void Doubt(string? old = null)
    {
        sync.AssertHeld();
        order.Doubt();
        if (old is not null)
            _old.Add(old);
        if (_isBounding)
            return;
        _isBounding = true;
        _ = BoundAsync();
    }

    /// <summary>An item has come too early.</summary>
    public void ArrivedEarly()
    {
        sync.AssertHeld();
        if (_isLooking)
            return;
        _isLooking = true;
        _ = LookAsync();
    }

    /// <summary>Finds how far the doubt reaches: to what had been delivered when nothing was sent under an old subject any more.</summary>
    private async Task BoundAsync()
    {
        await Task.Yield();
        TimeSpan pause = s_leastPause;
        while (true)
        {
            string? old;
            int doubts;
            using (sync.Enter())
            {
                if (!order.IsUnbounded || stop.IsCancellationRequested)
                {
                    _isBounding = false;
                    return;
                }
                (old, doubts) = (_old.Count > 0 ? _old[0] : null, order.Doubts);
            }
            try
            {
                if (old is not null && await server.Clients.IsNobodyThereAsync(old, stop).ConfigureAwait(false))
                {
                    // Nobody is subscribed to it, so that the server gives nothing to what was asked under it any more; what it gave before it counts below.
                    using (sync.Enter())
                        _old.Remove(old);
                    pause = s_leastPause;
                    continue;
                }
                if (old is null && await FindLastAsync().ConfigureAwait(false) is { } last)
                {
                    using (sync.Enter())
                    {
                        if (order.Doubts == doubts)
                            order.DoubtUntil(last);
                    }
                    onLooked();
                    continue;
                }
            }
            catch (Exception e)
            {
                NatsLog.StepFailed(server.Options.Logger, facts.Name, e.Message);
            }
            await PauseAsync(pause).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(s_mostPause.Ticks, pause.Ticks * 2));
        }
    }

    /// <returns>The last item that may have been sent somewhere; null if there is no such channel any more.</returns>
    private async Task<long?> FindLastAsync()
    {
        if (await server.FindConsumerAsync(_stream, stop).ConfigureAwait(false) is not { } consumer)
            return null;
        if (consumer.Cluster is not { Name.Length: > 0 })
            return (long)consumer.Delivered.StreamSeq;
        // Members of a cluster agree on a delivery before it is sent, and count it only then.
        return (long?)(await server.FindStreamAsync(_stream, stop).ConfigureAwait(false))?.State.LastSeq;
    }

    /// <summary>Looks what is settled, while something waits for that.</summary>
    private async Task LookAsync()
    {
        await Task.Yield();
        TimeSpan pause = s_leastPause;
        while (true)
        {
            int early;
            using (sync.Enter())
            {
                early = order.EarlyCount;
                if (early == 0 || stop.IsCancellationRequested)
                {
                    _isLooking = false;
                    return;
                }
            }
            try
            {
                if (await server.FindStreamAsync(_stream, stop).ConfigureAwait(false) is { } info)
                {
                    using (sync.Enter())
                        order.SettledUpTo((long)info.State.FirstSeq - 1);
                }
            }
            catch (Exception e)
            {
                NatsLog.StepFailed(server.Options.Logger, facts.Name, e.Message);
            }
            onLooked();
            using (sync.Enter())
                pause = order.EarlyCount < early ? s_leastPause : TimeSpan.FromTicks(Math.Min(_mostPause.Ticks, pause.Ticks * 2));
            await PauseAsync(pause).ConfigureAwait(false);
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, server.Clock, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closed meanwhile, which the caller looks at.
        }
    }
}
