using System.Globalization;
using CrossChannels.Links;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Server;
using CrossChannels.Threading;
using NATS.Client.Core;

namespace CrossChannels.Nats.Receiving;

/// <summary>What a reader does with its subscription.</summary>
/// <param name="OnMessage">A message has come.</param>
/// <param name="OnBroken">The connection broke, with the subject under which was asked over it; null if nothing was. Called under the reader's lock.</param>
/// <param name="PrepareAsync">What is done before anything is asked for over the next connection.</param>
/// <param name="OnBack">It may ask again. Called under the reader's lock.</param>
/// <param name="OnReady">What that has left to do outside the lock.</param>
internal sealed record PullUse(Action<NatsMsg<Segment>> OnMessage, Action<string?> OnBroken, Func<Task> PrepareAsync, Action OnBack, Action OnReady);

/// <summary>
/// The subscription over which a reader's items come. Each time that the connection breaks it is another one, under another subject, so that what was asked for before brings nothing any more.
/// </summary>
/// <param name="server">Where the channel is.</param>
/// <param name="channel">Its name.</param>
/// <param name="prefix">Of the subjects, which no other reader has.</param>
/// <param name="sync">The reader's lock.</param>
/// <param name="use">What the reader does.</param>
/// <param name="stop">The reader is closed.</param>
internal sealed class PullSubscription(ServerClient server, string channel, string prefix, RankedLock sync, PullUse use, CancellationToken stop)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private INatsSub<Segment>? _current;
    private Task _listening = Task.CompletedTask;
    private int _breaks;

    /// <summary>Nothing can be asked for: the connection broke, and what follows from that is not done yet.</summary>
    public bool IsAway { get; private set; }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        INatsSub<Segment> first = await SubscribeAsync(0, cancellationToken).ConfigureAwait(false);
        using (sync.Enter())
        {
            _current = first;
            _listening = ListenAsync(first);
        }
    }

    /// <summary>Where what is asked for now is to come.</summary>
    public string SubjectOf(string name) => string.Create(CultureInfo.InvariantCulture, $"{prefix}.{_breaks}.{name}");

    public void Break()
    {
        INatsSub<Segment>? broken;
        using (sync.Enter())
        {
            (broken, _current) = (_current, null);
            use.OnBroken(broken is null ? null : SubjectOf("0"));
            _breaks++;
            IsAway = true;
        }
        if (broken is not null)
            _ = broken.UnsubscribeAsync().AsTask();
    }

    /// <summary>Goes on after the connection broke.</summary>
    public async Task RecoverAsync()
    {
        int breaks;
        Task listening;
        using (sync.Enter())
        {
            if (!IsAway)
                return;
            (breaks, listening) = (_breaks, _listening);
        }
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // What had come over the connection before it broke.
                await listening.WaitAsync(stop).ConfigureAwait(false);
                await use.PrepareAsync().ConfigureAwait(false);
                INatsSub<Segment> next = await SubscribeAsync(breaks, stop).ConfigureAwait(false);
                bool isCurrent;
                using (sync.Enter())
                {
                    isCurrent = breaks == _breaks && !stop.IsCancellationRequested;
                    if (isCurrent)
                    {
                        _current = next;
                        _listening = ListenAsync(next);
                        IsAway = false;
                        use.OnBack();
                    }
                }
                if (!isCurrent)
                    await next.UnsubscribeAsync().ConfigureAwait(false);
                use.OnReady();
                return;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                // Closed meanwhile.
                return;
            }
            catch (Exception e)
            {
                NatsLog.StepFailed(server.Options.Logger, channel, e.Message);
            }
            await Task.Delay(s_pause, server.Clock, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Ends it; everything that the server had sent before it heard of this has come then.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        INatsSub<Segment>? last;
        using (sync.Enter())
            last = _current;
        if (last is not null)
            await last.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<INatsSub<Segment>> SubscribeAsync(int breaks, CancellationToken cancellationToken) => server.Items.SubscribeCoreAsync(
        string.Create(CultureInfo.InvariantCulture, $"{prefix}.{breaks}.*"),
        serializer: SegmentReader.Instance,
        opts: new NatsSubOpts { ChannelOpts = new NatsSubChannelOpts { Capacity = 1 << 16 } },
        cancellationToken: cancellationToken);

    private async Task ListenAsync(INatsSub<Segment> subscription)
    {
        await foreach (NatsMsg<Segment> message in subscription.Msgs.ReadAllAsync().ConfigureAwait(false))
            use.OnMessage(message);
    }
}
