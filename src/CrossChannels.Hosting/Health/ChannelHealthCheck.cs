using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CrossChannels.Hosting;

/// <summary>Asks the hub of a channel how the channel is.</summary>
internal sealed class ChannelHealthCheck(ChannelAddress address, ConnectionOptions connection, ChannelHealthOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ChannelStatus status;
        try
        {
            status = await CrossChannel.GetChannelStatusAsync(address, connection with { ConnectTimeout = options.Timeout, GreetingTimeout = options.Timeout }, cancellationToken).ConfigureAwait(false);
        }
        catch (CrossChannelException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The hub at {address} does not answer for the channel: {e.Message}", e);
        }
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["depth"] = status.Depth,
            ["inFlight"] = status.InFlight,
            ["readers"] = status.Readers.Count,
            ["writers"] = status.Writers.Count,
            ["waitingWriters"] = status.WaitingWriters.Count,
        };
        if (status.OldestWait is { } oldest)
            data["oldestWaitSeconds"] = oldest.TotalSeconds;
        string[] faults = [.. Faults(status)];
        return faults.Length == 0
            ? HealthCheckResult.Healthy($"{status.Depth:N0} items are queued, {status.InFlight:N0} are at {status.Readers.Count:N0} readers.", data)
            : HealthCheckResult.Degraded(string.Join(' ', faults), data: data);
    }

    private IEnumerable<string> Faults(ChannelStatus status)
    {
        if (status.Depth > options.MaxDepth)
            yield return $"{status.Depth:N0} items are queued; {options.MaxDepth:N0} may be.";
        if (status.OldestWait > options.MaxWait)
            yield return $"The first queued item has waited for {status.OldestWait.Value.TotalSeconds:N1} s; {options.MaxWait.Value.TotalSeconds:N1} s may pass.";
        int readers = status.Readers.Count + status.WaitingReaders.Count(static reader => reader.Role == PeerRole.Owner);
        if (readers < options.MinReaders)
            yield return $"{readers} readers are there; {options.MinReaders} must be.";
    }
}
