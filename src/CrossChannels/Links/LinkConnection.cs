using CrossChannels.Diagnostics;

namespace CrossChannels.Links;

/// <summary>The connection under a link, and the order in which it is closed.</summary>
internal sealed class LinkConnection(LinkInput input, LinkOutput output, LinkPeer peer, ConnectionOptions settings, MetricTags tags)
{
    private static readonly TimeSpan s_lingerTimeout = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _lastWordsSaid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _inputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkInput _input = input;
    private LinkOutput _output = output;
    private LinkPeer _peer = peer;
    private int _isClosing;

    public Task Closed => _closed.Task;

    public bool IsClosing => Volatile.Read(ref _isClosing) != 0;

    public LinkInput Input => _input;

    /// <summary>The connection is here, of a link that waited for it.</summary>
    public void Open(LinkInput from, LinkOutput to, LinkPeer with)
    {
        _input = from;
        _output = to;
        _peer = with;
    }

    /// <summary>The receive loop has ended, and what that means is decided.</summary>
    public void InputEnded() => _inputEnded.TrySetResult();

    public void LastWordsSaid() => _lastWordsSaid.TrySetResult();

    /// <summary>Runs <paramref name="fail"/> unless the receive loop finds, within a moment, why the output broke: what the peer said last explains more.</summary>
    public async Task FailSoonAsync(Action fail)
    {
        await Task.WhenAny(_inputEnded.Task, LingerAsync()).ConfigureAwait(false);
        // A frame behind the goodbye that found nobody there takes nothing away.
        if (!IsClosing)
            fail();
    }

    /// <summary>Closes when the peer had its chance to hear the last words.</summary>
    public async Task CloseLateAsync(Action close)
    {
        Task late = LingerAsync();
        await Task.WhenAny(_lastWordsSaid.Task, Closed, late).ConfigureAwait(false);
        // What the peer has still sent is read: unread, it would make the system drop the last words with the connection.
        await Task.WhenAny(_inputEnded.Task, late).ConfigureAwait(false);
        if (_inputEnded.Task.IsCompleted)
            await DrainAsync(late).ConfigureAwait(false);
        close();
    }

    /// <summary>Closes both ways, once. Never throws.</summary>
    public async Task CloseAsync(Action closed)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0)
            return;
        // Each is closed whatever becomes of the others, and under a deadline: a pipe over a stream that stands still never ends its own close.
        await CloseOneAsync(static connection => connection._output.CloseAsync()).ConfigureAwait(false);
        await CloseOneAsync(static connection => connection._input.CloseAsync()).ConfigureAwait(false);
        await CloseOneAsync(static connection => connection._peer.Connection?.DisposeAsync() ?? default).ConfigureAwait(false);
        closed();
        ChannelMetrics.LinkClosed(tags);
        _closed.TrySetResult();
    }

    private async Task CloseOneAsync(Func<LinkConnection, ValueTask> close)
    {
        try
        {
            ValueTask closing = close(this);
            if (!closing.IsCompleted)
                await closing.AsTask().WaitAsync(s_lingerTimeout, settings.TimeProvider).ConfigureAwait(false);
            else
                await closing.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever closing throws, the connection is over, and nobody is there to be told.
            Log.CloseFailed(settings.Logger, _peer.Endpoint, e);
        }
    }

    private Task LingerAsync() => Task.Delay(s_lingerTimeout, settings.TimeProvider);

    private async Task DrainAsync(Task late)
    {
        byte[] scratch = new byte[4096];
        try
        {
            for (int reads = 0; reads < 256 && !late.IsCompleted; reads++)
            {
                Task<int> read = _input.ReadAsync(scratch).AsTask();
                if (await Task.WhenAny(read, late).ConfigureAwait(false) == late)
                {
                    // The close that follows ends it; nobody asks how.
                    _ = read.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                    return;
                }
                if (await read.ConfigureAwait(false) == 0)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The peer has closed, or reset, the connection.
        }
    }
}
