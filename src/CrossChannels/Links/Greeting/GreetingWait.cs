using System.Diagnostics;

namespace CrossChannels.Links;

/// <summary>The wait for the peer's greeting, which ends by it, by the end of the link, or by a deadline.</summary>
internal sealed class GreetingWait(ConnectionOptions settings, Action late)
{
    private readonly TaskCompletionSource<PeerInfo> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;

    /// <summary>Faults with the cause if the greeting failed.</summary>
    public Task<PeerInfo> Greeted => _greeted.Task;

    /// <summary>What is said of a peer that has not greeted in time.</summary>
    public static string LateMessage(string peer, ConnectionOptions settings) =>
        $"{peer} accepted the connection and did not greet within GreetingTimeout, {settings.GreetingTimeout.TotalSeconds:0.###} s. Is that " +
        "process stopped, or not using this library? On a very busy machine, raise ConnectionOptions.GreetingTimeout at both ends.";

    /// <summary>Starts the deadline.</summary>
    public void Begin()
    {
        if (settings.GreetingTimeout != Timeout.InfiniteTimeSpan)
            _timer = settings.TimeProvider.CreateTimer(static state => ((GreetingWait)state!).OnLate(), this, settings.GreetingTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Both ends have accepted the other's hello.</summary>
    public void Succeed(PeerInfo peer)
    {
        _timer?.Dispose();
        _greeted.TrySetResult(peer);
    }

    /// <summary>The link is over.</summary>
    public void Fail(Exception cause)
    {
        _timer?.Dispose();
        _greeted.TrySetException(cause);
        _ = _greeted.Task.Exception;
    }

    private void OnLate()
    {
        if (Debugger.IsAttached)
            _timer?.Change(settings.GreetingTimeout, Timeout.InfiniteTimeSpan);
        else
            late();
    }
}
