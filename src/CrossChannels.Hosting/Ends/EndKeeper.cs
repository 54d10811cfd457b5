using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting;

/// <summary>Keeps one end of a channel open: opens it, and when its hub goes away opens it again, at growing intervals, until the channel is over or the host stops.</summary>
/// <remarks>The only place that knows how an end comes back.</remarks>
/// <typeparam name="TEnd">The kind of end.</typeparam>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable", Justification = "Token sources without timers hold nothing.")]
internal sealed class EndKeeper<TEnd> : IHostedEnd
    where TEnd : class, IAsyncDisposable
{
    private readonly EndRecipe<TEnd> _recipe;
    private readonly ChannelEndOptions _options;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Ending> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private TaskCompletionSource<TEnd> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TEnd? _current;
    private CancellationTokenSource _lost = new();
    private Ending? _ending;
    private Exception? _lastFailure;
    private Task? _keeping;

    public EndKeeper(string name, EndRecipe<TEnd> recipe, ChannelEndOptions options, IServiceProvider services, ILogger logger)
    {
        Name = name;
        _recipe = recipe;
        _options = options;
        _services = services;
        _logger = logger;
        _clock = options.Connection.TimeProvider;
        // Nobody need wait for an end that is over.
        _ = _next.Task.Exception;
    }

    public string Name { get; }

    public ChannelAddress Address => _options.Address!;

    public ConnectionOptions Connection => _options.Connection;

    public bool IsOpen => Current is not null;

    public Exception? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>The end that is open; null while there is none.</summary>
    public TEnd? Current => Volatile.Read(ref _current);

    /// <summary>Done when the channel is over and will not be opened again; never faults.</summary>
    public Task<Ending> Over => _over.Task;

    public Ending? Ending => Volatile.Read(ref _ending);

    public void Start()
    {
        lock (_sync)
            _keeping ??= Task.Run(KeepAsync);
    }

    /// <summary>Waits until an end is open that is another than this one.</summary>
    /// <exception cref="ChannelClosedException">The channel is over, or the host has stopped.</exception>
    public async ValueTask<TEnd> GetAsync(TEnd? after, CancellationToken cancellationToken)
    {
        Start();
        while (true)
        {
            Task<TEnd> next;
            lock (_sync)
            {
                if (_current is { } current && !ReferenceEquals(current, after))
                    return current;
                next = _next.Task;
            }
            TEnd opened = await next.WaitAsync(cancellationToken).ConfigureAwait(false);
            // It may have been lost, and replaced, before this caller came to run.
            if (!ReferenceEquals(opened, after) && ReferenceEquals(opened, Current))
                return opened;
        }
    }

    /// <summary>Canceled when an end is lost; at once if it is not the one that is open.</summary>
    public CancellationToken LostToken(TEnd end)
    {
        lock (_sync)
            return ReferenceEquals(end, _current) ? _lost.Token : new CancellationToken(canceled: true);
    }

    /// <summary>Opens nothing more, and closes what is open.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task? keeping;
        lock (_sync)
            keeping = _keeping;
        Finish(new Ending(EndingKind.ReaderClosed, null));
        if (keeping is null)
            return;
        try
        {
            await keeping.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host's time is up: what is open ends with the process, which still sends what was accepted.
        }
    }

    private async Task KeepAsync()
    {
        CancellationToken stopping = _stopping.Token;
        Ending? lost = null;
        try
        {
            while (true)
            {
                long lostAt = _clock.GetTimestamp();
                TEnd end = await OpenAsync(stopping).ConfigureAwait(false);
                Publish(end);
                if (lost is not null)
                    _ = TellReopenedAsync(new ChannelReopened(Name, Address, lost, _clock.GetElapsedTime(lostAt)));
                Ending? ending = null;
                long unreceived;
                try
                {
                    ending = await _recipe.WaitForEnding(end).WaitAsync(stopping).ConfigureAwait(false);
                }
                finally
                {
                    Withdraw();
                    unreceived = await _recipe.Close(end).ConfigureAwait(false);
                    if (ending is null && unreceived > 0)
                        HostingLog.NotReceived(_logger, Name, unreceived);
                }
                if (!MayComeBack(ending.Kind))
                {
                    HostingLog.EndOver(_logger, _recipe.What, Name, ending.Kind);
                    Finish(ending);
                    return;
                }
                lost = ending;
                Volatile.Write(ref _lastFailure, ending.Cause);
                HostingLog.EndLost(_logger, _recipe.What, Name, ending.Kind, unreceived, ending.Cause);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Finish(new Ending(EndingKind.ReaderClosed, null));
        }
        catch (Exception e)
        {
            // The item type cannot cross, or the options are wrong: trying again would not help.
            Volatile.Write(ref _lastFailure, e);
            HostingLog.EndImpossible(_logger, _recipe.What, Name, e);
            Finish(new Ending(EndingKind.Refused, e));
        }
    }

    private async Task<TEnd> OpenAsync(CancellationToken stopping)
    {
        TimeSpan delay = _options.MinReopenDelay;
        while (true)
        {
            try
            {
                TEnd end = await _recipe.Open(Address, _options.Connection, stopping).ConfigureAwait(false);
                Volatile.Write(ref _lastFailure, null);
                HostingLog.EndOpened(_logger, _recipe.What, Name, Address);
                return end;
            }
            catch (CrossChannelException e)
            {
                Volatile.Write(ref _lastFailure, e);
                HostingLog.EndNotOpened(_logger, _recipe.What, Name, Address, delay.TotalSeconds, e.Message);
            }
            await Task.Delay(delay, _clock, stopping).ConfigureAwait(false);
            delay = delay * 2 < _options.MaxReopenDelay ? delay * 2 : _options.MaxReopenDelay;
        }
    }

    private void Publish(TEnd end)
    {
        TaskCompletionSource<TEnd> next;
        lock (_sync)
        {
            Volatile.Write(ref _current, end);
            _lost = new CancellationTokenSource();
            next = _next;
            _next = new TaskCompletionSource<TEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        next.TrySetResult(end);
    }

    private void Withdraw()
    {
        CancellationTokenSource lost;
        lock (_sync)
        {
            Volatile.Write(ref _current, null);
            lost = _lost;
        }
        // Handlers of leases run on it: not under the lock, and not before the next end is opened.
        _ = lost.CancelAsync();
    }

    private void Finish(Ending ending)
    {
        TaskCompletionSource<TEnd> next;
        lock (_sync)
            next = _next;
        // The first one stands: a channel that was over before the host stopped was not ended by that.
        ending = Interlocked.CompareExchange(ref _ending, ending, null) ?? ending;
        _over.TrySetResult(ending);
        Exception error = ending.Kind == EndingKind.Completed ? new ChannelClosedException() : new ChannelClosedException(ending.Cause);
        next.TrySetException(error);
        _ = next.Task.Exception;
    }

    private async Task TellReopenedAsync(ChannelReopened reopened)
    {
        HostingLog.EndReopened(_logger, _recipe.What, Name, reopened.Downtime.TotalSeconds);
        if (_options.OnReopened is not { } callback)
            return;
        try
        {
            await callback(_services, reopened, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception e)
        {
            HostingLog.ReopenedFailed(_logger, Name, e);
        }
    }

    /// <summary>Whether a new hub may have the channel again. What was completed, or ended by its owner, stays over.</summary>
    internal static bool MayComeBack(EndingKind kind) =>
        kind is EndingKind.ConnectionLost or EndingKind.OwnerLeft or EndingKind.TimedOut or EndingKind.Aborted or EndingKind.ProtocolViolation or EndingKind.Refused;
}

/// <summary>How one kind of end is opened, watched and closed.</summary>
/// <param name="What">What it is, for messages.</param>
/// <param name="Open">Opens one.</param>
/// <param name="WaitForEnding">Done when it is over.</param>
/// <param name="Close">Closes it, and tells how many accepted items were not received; never throws.</param>
internal sealed record EndRecipe<TEnd>(
    string What,
    Func<ChannelAddress, ConnectionOptions, CancellationToken, Task<TEnd>> Open,
    Func<TEnd, Task<Ending>> WaitForEnding,
    Func<TEnd, Task<long>> Close);

/// <summary>An end that the host keeps open, whatever its type.</summary>
internal interface IHostedEnd
{
    /// <summary>The name that the channel is registered by.</summary>
    string Name { get; }

    ChannelAddress Address { get; }

    ConnectionOptions Connection { get; }

    bool IsOpen { get; }

    /// <summary>Why it is over for good; null while it is not.</summary>
    Ending? Ending { get; }

    /// <summary>Why the last try to open it failed; null once it is open.</summary>
    Exception? LastFailure { get; }

    void Start();

    Task StopAsync(CancellationToken cancellationToken);
}
