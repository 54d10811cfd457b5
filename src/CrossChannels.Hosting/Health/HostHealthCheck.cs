using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CrossChannels.Hosting;

/// <summary>Whether the hubs of this host run, and its ends are open; asks no other process.</summary>
internal sealed class HostHealthCheck(ChannelHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] faults =
        [
            .. host.Hubs.Where(static hub => hub.Hub is null).Select(static hub => $"Hub '{hub.Name}' does not run."),
            .. host.Ends.Where(static end => !end.IsOpen && end.Ending?.Kind != EndingKind.Completed).Select(Describe),
        ];
        return Task.FromResult(faults.Length == 0
            ? HealthCheckResult.Healthy($"{host.Hubs.Count} hubs run, {host.Ends.Count} ends are open.")
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', faults), host.Ends.Select(static end => end.LastFailure).FirstOrDefault(static error => error is not null)));
    }

    private static string Describe(IHostedEnd end) => end.Ending is { } ending
        ? $"'{end.Name}' at {end.Address} is over: {ending.Kind}."
        : $"'{end.Name}' at {end.Address} is not open: {end.LastFailure?.Message ?? "it is being opened"}.";
}
