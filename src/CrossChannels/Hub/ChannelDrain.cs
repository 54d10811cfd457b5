namespace CrossChannels.Hub;

/// <summary>What a channel that its owner closes still waits for: remote readers to drain it, and without any, writers to send what they had accepted.</summary>
internal static class ChannelDrain
{
    /// <summary>Waits until the channel is over, nobody is left to wait for, or the time is up. Never throws.</summary>
    public static async Task WaitAsync(QueueChannel channel, TimeSpan timeout)
    {
        if (timeout == TimeSpan.Zero)
            return;
        using var deadline = new CancellationTokenSource(timeout, channel.Settings.Connection.TimeProvider);
        Task late = Task.Delay(Timeout.InfiniteTimeSpan, deadline.Token);
        while (!late.IsCompleted && WaitedFor(channel) is { } tasks)
            await Task.WhenAny([late, channel.Course.Over, .. tasks]).ConfigureAwait(false);
        await deadline.CancelAsync().ConfigureAwait(false);
    }

    /// <returns>Tasks of which one is done when it is time to look again; null if nothing is waited for.</returns>
    private static Task[]? WaitedFor(QueueChannel channel)
    {
        using (channel.Sync.Enter())
        {
            if (channel.IsOver)
                return null;
            if (channel.Readers.Ports.Count > 0)
                return [.. channel.Readers.Ports.Select(static port => port.Left)];
            // Nobody makes room for writers that wait for bytes.
            return channel.Course.IsSealed || channel.Bytes.IsFull ? null : [channel.Course.Sealed];
        }
    }
}
