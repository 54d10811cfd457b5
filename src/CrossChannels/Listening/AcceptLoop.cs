using CrossChannels.Diagnostics;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Accepts connections within limits, and backs off while accepting fails.</summary>
internal sealed class AcceptLoop : IAsyncDisposable
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(1);

    private readonly ITransportListener _listener;
    private readonly ConnectionOptions _settings;
    private readonly Func<TransportConnection, Action, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _links;
    private readonly SemaphoreSlim _greetings;
    private readonly Task _accepting;
    private int _isStopped;

    /// <param name="listener">Disposed with the loop.</param>
    /// <param name="settings">For its limits.</param>
    /// <param name="serve">Greets a connection, calls back when that is over, and completes when the link is closed; never throws.</param>
    public AcceptLoop(ITransportListener listener, ConnectionOptions settings, Func<TransportConnection, Action, CancellationToken, Task> serve)
    {
        _listener = listener;
        _settings = settings;
        _serve = serve;
        _links = new SemaphoreSlim(settings.MaxLinks);
        _greetings = new SemaphoreSlim(settings.MaxPendingGreetings);
        _accepting = Task.Run(AcceptAllAsync);
    }

    /// <summary>Takes no more connections, without waiting.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 0)
            _stopping.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _accepting.ConfigureAwait(false);
    }

    private async Task AcceptAllAsync()
    {
        TimeSpan delay = s_firstDelay;
        try
        {
            while (true)
            {
                await _links.WaitAsync(_stopping.Token).ConfigureAwait(false);
                await _greetings.WaitAsync(_stopping.Token).ConfigureAwait(false);
                try
                {
                    TransportConnection connection = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                    _ = ServeAsync(connection);
                    delay = s_firstDelay;
                }
                catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
                {
                    // Also one that fails just as the loop is stopped; the delay is then canceled at once.
                    _greetings.Release();
                    _links.Release();
                    Log.AcceptFailed(_settings.Logger, _listener.Address.ToString(), e);
                    await Task.Delay(delay, _settings.TimeProvider, _stopping.Token).ConfigureAwait(false);
                    delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The listener is being disposed.
        }
        finally
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(TransportConnection connection)
    {
        await _serve(connection, () => _greetings.Release(), _stopping.Token).ConfigureAwait(false);
        _links.Release();
    }
}
