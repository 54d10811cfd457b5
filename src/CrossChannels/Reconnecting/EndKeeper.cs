using System.Diagnostics.CodeAnalysis;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Reconnecting;

/// <summary>Has one end of a hub's channel, or lock, after the other: when the hub is lost it opens the next one, at growing intervals, until it succeeds, its time is up or it is stopped.</summary>
/// <remarks>
/// It is held by the end that users have, and by nobody else while a hub is there: an end that the program has lost without disposal is collected, and its link closed, as any other.
/// </remarks>
/// <typeparam name="TEnd">The kind of end.</typeparam>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable", Justification = "Token sources without timers hold nothing.")]
internal sealed class EndKeeper<TEnd>
    where TEnd : class
{
    private readonly EndRecipe<TEnd> _recipe;
    private readonly ReconnectOptions _options;
    private readonly TimeProvider _clock;
    private readonly EndReports _reports;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RankedLock _sync = new(LockRank.EndKeeper);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TEnd? _current;
    private Closure? _closure;
    private Task _settled = Task.CompletedTask;
    private bool _isAway = true;
    private int _isOver;
    private int _reconnectCount;

    // Of the one task that opens.
    private TimeSpan _delay;
    private long _openedAt;

    public EndKeeper(EndRecipe<TEnd> recipe, ReconnectOptions options, ConnectionOptions settings)
    {
        _recipe = recipe;
        _options = options;
        _clock = settings.TimeProvider;
        _reports = new EndReports(recipe.Address, recipe.Tags, options, settings.Logger);
    }

    public ChannelAddress Address => _recipe.Address;

    /// <summary>The end that was opened last, which may have lost its hub.</summary>
    public TEnd Current => Volatile.Read(ref _current)!;

    /// <summary>There is no hub, as far as is known.</summary>
    public bool IsAway
    {
        get
        {
            using (_sync.Enter())
                return _isAway;
        }
    }

    /// <summary>There is a hub, as far as is known, and the end is in use.</summary>
    public bool IsOpen => !IsAway && Closure is null;

    /// <summary>Why no end is opened any more; null while one may be. What the last end itself says counts more.</summary>
    public Closure? Closure => Volatile.Read(ref _closure);

    /// <summary>How often a hub was lost and found again.</summary>
    public int ReconnectCount => Volatile.Read(ref _reconnectCount);

    /// <summary>Done when it is known what the last hub that was lost had not received.</summary>
    public Task Settled
    {
        get
        {
            using (_sync.Enter())
                return _settled;
        }
    }

    /// <summary>Whether a hub may have the channel again. What was completed, failed or aborted stays over, and so does an end that its program has closed.</summary>
    public static bool MayComeBack(EndingKind kind) => kind is EndingKind.ConnectionLost or EndingKind.OwnerLeft or EndingKind.TimedOut;

    /// <summary>Opens the first end; before that nobody else uses this.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken) => await PublishAsync(await _recipe.OpenAsync(cancellationToken).ConfigureAwait(false), isFirst: true).ConfigureAwait(false);

    /// <summary>Whether an end has lost its hub, so that another one follows it; <see cref="NextAsync"/> waits for that.</summary>
    public bool IsLost(TEnd end)
    {
        if (_recipe.EndingOf(end) is not { } ending)
            return false;
        if (MayComeBack(ending.Kind))
        {
            Lose(end, ending);
            return true;
        }
        if (ReferenceEquals(end, Current))
            Finish();
        return false;
    }

    /// <summary>An end has lost its hub; nothing happens if that is known.</summary>
    public void Lose(TEnd end, Ending ending)
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (_sync.Enter())
        {
            if (_isAway || _closure is not null || !ReferenceEquals(end, _current))
                return;
            _isAway = true;
            _settled = settled.Task;
        }
        _ = Task.Run(async () =>
        {
            long lostAt = _clock.GetTimestamp();
            long unreceived = await _recipe.CloseAsync(end).ConfigureAwait(false);
            settled.SetResult();
            await OpenNextAsync(ending with { UnreceivedCount = unreceived }, lostAt).ConfigureAwait(false);
        });
    }

    /// <summary>The end that is open; waits until one is that is another than this one.</summary>
    /// <returns>Null if none will be: <see cref="Closure"/> says why.</returns>
    public async ValueTask<TEnd?> NextAsync(TEnd? after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            using (_sync.Enter())
            {
                if (_closure is not null)
                    return null;
                if (!_isAway && !ReferenceEquals(_current, after))
                    return _current;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens nothing more. The caller closes what it gets, and then calls <see cref="Finish"/>.</summary>
    /// <param name="closure">What calls get that wait for a hub.</param>
    /// <returns>The end that is open, or was before the first call; null if there is none.</returns>
    public TEnd? Stop(Closure closure)
    {
        TaskCompletionSource changed;
        TEnd? open;
        using (_sync.Enter())
        {
            if (_closure is null)
                Volatile.Write(ref _closure, closure);
            open = _isAway ? null : _current;
            changed = _changed;
        }
        _ = _stopping.CancelAsync();
        changed.TrySetResult();
        return open;
    }

    /// <summary>The end is over for good.</summary>
    public void Finish()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            _recipe.Over();
    }

    /// <param name="lost">Why there is none.</param>
    /// <param name="lostAt">Since when.</param>
    private async Task OpenNextAsync(Ending lost, long lostAt)
    {
        _reports.Lost(lost);
        // One that comes and goes is not asked more often than one that stays away.
        _delay = _clock.GetElapsedTime(_openedAt, lostAt) >= _options.MaxDelay ? _options.FirstDelay : NextDelay();
        using var timeUp = new CancellationTokenSource(_options.GiveUpAfter, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, timeUp.Token);
        Exception? error = null;
        try
        {
            for (; ; _delay = NextDelay())
            {
                await Task.Delay(_delay, _clock, either.Token).ConfigureAwait(false);
                try
                {
                    TEnd opened = await _recipe.OpenAsync(either.Token).ConfigureAwait(false);
                    // First, so that the program knows before its calls go on.
                    _reports.Reconnected(new Reconnection(Address, lost, _clock.GetElapsedTime(lostAt)));
                    await PublishAsync(opened, isFirst: false).ConfigureAwait(false);
                    return;
                }
                catch (IOException e)
                {
                    // Every error of a channel is one, and so are those of sockets and streams.
                    error = e;
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            if (!_stopping.IsCancellationRequested)
                GiveUp(new ConnectionLostException(TimeUpMessage(lost, error), lost.Cause, lost.UnreceivedCount, lost.ExitCode));
        }
        catch (Exception e)
        {
            // To try again would not help.
            GiveUp(e);
        }
    }

    private TimeSpan NextDelay() =>
        _delay == TimeSpan.Zero ? _options.FirstDelay : _delay * 2 < _options.MaxDelay ? _delay * 2 : _options.MaxDelay;

    private async Task PublishAsync(TEnd opened, bool isFirst)
    {
        _openedAt = _clock.GetTimestamp();
        TaskCompletionSource changed;
        bool isStopped;
        using (_sync.Enter())
        {
            isStopped = _closure is not null;
            changed = _changed;
            if (!isStopped)
            {
                if (!isFirst)
                    _reconnectCount++;
                Volatile.Write(ref _current, opened);
                _isAway = false;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
        if (isStopped)
        {
            await _recipe.CloseAsync(opened).ConfigureAwait(false);
            return;
        }
        _recipe.Opened(opened);
        changed.TrySetResult();
        Watch(opened);
    }

    /// <summary>Looks when the end is over, whether or not somebody uses it.</summary>
    private void Watch(TEnd end) => _ = _recipe.EndOf(end).ContinueWith(
        static (_, state) =>
        {
            if (((WeakReference<EndKeeper<TEnd>>)state!).TryGetTarget(out EndKeeper<TEnd>? keeper))
                keeper.IsLost(keeper.Current);
        },
        new WeakReference<EndKeeper<TEnd>>(this),
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    private void GiveUp(Exception error)
    {
        _reports.GivenUp(error);
        Stop(new Closure(Ending.FromException(error) ?? new Ending(EndingKind.Refused, error), error) { Where = $"at {Address}" });
        Finish();
    }

    private string TimeUpMessage(Ending lost, Exception? error)
    {
        string items = lost.UnreceivedCount == 0 ? "" : $" Up to {lost.UnreceivedCount:N0} accepted items were not received.";
        string last = error is null ? "" : $" Last attempt: {PeerText.MessageOf(error)}";
        return $"The hub at {Address} was lost, and did not come back within ReconnectOptions.GiveUpAfter, {_options.GiveUpAfter.TotalSeconds:0.###} s.{items}{last}";
    }
}
