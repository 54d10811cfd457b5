using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting;

/// <summary>One end of a channel that the host keeps open: opens it in the background, at growing intervals; from then on it reconnects by itself until the host stops.</summary>
/// <typeparam name="TEnd">The kind of end.</typeparam>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable", Justification = "Token sources without timers hold nothing.")]
internal sealed class HostedEnd<TEnd> : IHostedEnd
    where TEnd : class
{
    private readonly EndRecipe<TEnd> _recipe;
    private readonly ChannelEndOptions _options;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<TEnd> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private CancellationTokenSource _lost = new();
    private TEnd? _end;
    private Exception? _lastFailure;
    private Task? _opening;
    private bool _isOpen;

    public HostedEnd(string name, EndRecipe<TEnd> recipe, ChannelEndOptions options, IServiceProvider services, ILogger logger)
    {
        Name = name;
        _recipe = recipe;
        _options = options;
        _services = services;
        _logger = logger;
        _clock = options.Connection.TimeProvider;
        ReconnectOptions own = options.Connection.Reconnect ?? new();
        Connection = options.Connection with
        {
            Reconnect = own with
            {
                FirstDelay = options.MinReopenDelay,
                MaxDelay = options.MaxReopenDelay,
                GiveUpAfter = Timeout.InfiniteTimeSpan,
                Lost = (Action<Ending>)OnLost + own.Lost,
                Reconnected = (Action<Reconnection>)OnReconnected + own.Reconnected,
            },
        };
        // Nobody need wait for it.
        _ = _opened.Task.Exception;
    }

    public string Name { get; }

    public ChannelAddress Address => _options.Address!;

    /// <summary>With what the end is opened: it reconnects.</summary>
    public ConnectionOptions Connection { get; }

    public bool IsOpen => Volatile.Read(ref _isOpen) && Ending is null;

    public Exception? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>The end; null before it was opened for the first time.</summary>
    public TEnd? End => Volatile.Read(ref _end);

    public Ending? Ending => End is { } end ? _recipe.EndingOf(end)
        : _opened.Task.Exception is { InnerException: var error } ? new Ending(_stopping.IsCancellationRequested ? EndingKind.ReaderClosed : EndingKind.Refused, error!.InnerException)
        : null;

    /// <summary>The host stops, or has.</summary>
    public bool IsStopped => _stopping.IsCancellationRequested;

    /// <summary>Canceled when the hub that is there now is lost.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (_sync)
                return _lost.Token;
        }
    }

    public void Start()
    {
        if (Volatile.Read(ref _opening) is not null)
            return;
        lock (_sync)
            _opening ??= Task.Run(OpenAsync);
    }

    /// <summary>Done when the end is open for the first time; faults if it never will be.</summary>
    public Task<TEnd> Opened => _opened.Task;

    /// <summary>Waits until the end is open for the first time.</summary>
    /// <exception cref="ChannelClosedException">It cannot be opened, or the host has stopped before.</exception>
    public ValueTask<TEnd> GetAsync(CancellationToken cancellationToken)
    {
        if (End is { } end)
            return new ValueTask<TEnd>(end);
        Start();
        return new ValueTask<TEnd>(_opened.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Opens nothing more, and closes what is open.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_opened.TrySetException(new ChannelClosedException()))
            _ = _opened.Task.Exception;
        try
        {
            await CloseAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host's time is up: what is open ends with the process, which still sends what was accepted.
        }
    }

    private async Task CloseAsync()
    {
        if (Volatile.Read(ref _opening) is { } opening)
            await opening.ConfigureAwait(false);
        if (End is not { } end)
            return;
        long unreceived = await _recipe.Close(end).ConfigureAwait(false);
        if (unreceived > 0)
            HostingLog.NotReceived(_logger, Name, unreceived);
    }

    private async Task OpenAsync()
    {
        try
        {
            for (TimeSpan delay = _options.MinReopenDelay; ; delay = delay * 2 < _options.MaxReopenDelay ? delay * 2 : _options.MaxReopenDelay)
            {
                try
                {
                    Publish(await _recipe.Open(Address, Connection, _stopping.Token).ConfigureAwait(false));
                    return;
                }
                catch (CrossChannelException e)
                {
                    Volatile.Write(ref _lastFailure, e);
                    HostingLog.EndNotOpened(_logger, _recipe.What, Name, Address, delay.TotalSeconds, e.Message);
                }
                await Task.Delay(delay, _clock, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception e)
        {
            // The item type cannot cross, or the options are wrong: trying again would not help.
            Volatile.Write(ref _lastFailure, e);
            HostingLog.EndImpossible(_logger, _recipe.What, Name, e);
            _opened.TrySetException(new ChannelClosedException(e));
            _ = _opened.Task.Exception;
        }
    }

    private void Publish(TEnd end)
    {
        Volatile.Write(ref _lastFailure, null);
        Volatile.Write(ref _end, end);
        Volatile.Write(ref _isOpen, true);
        HostingLog.EndOpened(_logger, _recipe.What, Name, Address);
        _recipe.Opened(end);
        _opened.TrySetResult(end);
        _ = LogOverAsync(end);
    }

    private async Task LogOverAsync(TEnd end)
    {
        await _recipe.EndOf(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!IsStopped && _recipe.EndingOf(end) is { } ending)
            HostingLog.EndOver(_logger, ending.Kind == EndingKind.Completed ? LogLevel.Information : LogLevel.Warning, _recipe.What, Name, ending.Kind);
    }

    private void OnLost(Ending ending)
    {
        CancellationTokenSource lost;
        lock (_sync)
            lost = _lost;
        Volatile.Write(ref _isOpen, false);
        Volatile.Write(ref _lastFailure, ending.Cause);
        HostingLog.EndLost(_logger, _recipe.What, Name, ending.Kind, ending.UnreceivedCount, ending.Cause);
        // Handlers of leases run on it: not before the next end is opened.
        _ = lost.CancelAsync();
    }

    private void OnReconnected(Reconnection reconnection)
    {
        lock (_sync)
            _lost = new CancellationTokenSource();
        Volatile.Write(ref _lastFailure, null);
        Volatile.Write(ref _isOpen, true);
        // On its own, since the end goes on only when this has returned.
        _ = Task.Run(() => TellReopenedAsync(new ChannelReopened(Name, Address, reconnection.Lost, reconnection.Downtime)));
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
}

/// <summary>How one kind of end is opened, watched and closed.</summary>
/// <param name="What">What it is, for messages.</param>
/// <param name="Open">Opens one.</param>
/// <param name="EndOf">Done when it is over for good; may fault.</param>
/// <param name="EndingOf">Why it is over for good; null while it is not.</param>
/// <param name="Close">Closes it, and tells how many accepted items were not received; never throws.</param>
internal sealed record EndRecipe<TEnd>(
    string What,
    Func<ChannelAddress, ConnectionOptions, CancellationToken, Task<TEnd>> Open,
    Func<TEnd, Task> EndOf,
    Func<TEnd, Ending?> EndingOf,
    Func<TEnd, Task<long>> Close)
{
    /// <summary>Called once, when it is open for the first time.</summary>
    public Action<TEnd> Opened { get; init; } = static _ => { };
}

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

    /// <summary>Why it is not open: what the last attempt failed with, or the last hub was lost by; null once it is open.</summary>
    Exception? LastFailure { get; }

    void Start();

    Task StopAsync(CancellationToken cancellationToken);
}
