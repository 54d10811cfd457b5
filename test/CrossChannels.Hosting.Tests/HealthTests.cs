using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CrossChannels.Hosting.Tests;

/// <summary>Health checks of a host and of channels.</summary>
[TestClass]
public sealed class HealthTests
{
    private readonly string _address = TestHost.NewAddress();

    [TestMethod]
    public async Task Host_EndIsNotOpen_IsUnhealthyUntilItsHubIsThere()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            AddWriter(builder.Services);
            builder.Services.AddHealthChecks().AddCrossChannels();
        });
        HealthReportEntry away = await CheckAsync(host, "crosschannels");
        Assert.AreEqual(HealthStatus.Unhealthy, away.Status);
        StringAssert.Contains(away.Description, $"'jobs' at {_address}");

        await using SharedChannel<int> hub = await CrossChannel.CreateUnboundedAsync<int>(_address).Done();
        await Wait.Until(() => host.Get<HostedChannelWriter<int>>("jobs").IsOpen);
        Assert.AreEqual(HealthStatus.Healthy, (await CheckAsync(host, "crosschannels")).Status);
    }

    [TestMethod]
    public async Task Host_ChannelIsCompleted_IsHealthy_AndOneThatCannotCrossIsNot()
    {
        await using SharedChannel<int> hub = await CrossChannel.CreateUnboundedAsync<int>(_address).Done();
        hub.Writer.Complete();
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddChannelReader<int>("jobs", end => end.Address = _address);
            builder.Services.AddHealthChecks().AddCrossChannels(failureStatus: HealthStatus.Degraded);
        });
        await host.Get<HostedChannelReader<int>>("jobs").Completion.Done();
        Assert.AreEqual(HealthStatus.Healthy, (await CheckAsync(host, "crosschannels")).Status);

        await using TestHost other = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddChannelReader<Action>("jobs", end => end.Address = _address);
            builder.Services.AddHealthChecks().AddCrossChannels(failureStatus: HealthStatus.Degraded);
        });
        await Wait.Until(() => other.Log.Count("EndImpossible") == 1);
        // It is logged before the end is over.
        await Wait.Until(async () => (await CheckAsync(other, "crosschannels")).Description?.Contains("is over: Refused", StringComparison.Ordinal) == true);
        Assert.AreEqual(HealthStatus.Degraded, (await CheckAsync(other, "crosschannels")).Status);
    }

    [TestMethod]
    public async Task Channel_DepthAndReaders_AreJudged()
    {
        await using SharedChannel<int> hub = await CrossChannel.CreateUnboundedAsync<int>(_address).Done();
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            AddWriter(builder.Services);
            builder.Services.AddHealthChecks().AddCrossChannel("jobs", expected =>
            {
                expected.MaxDepth = 1;
                expected.MinReaders = 1;
            });
        });
        HealthReportEntry nobody = await CheckAsync(host, "crosschannels:jobs");
        Assert.AreEqual((HealthStatus.Degraded, "0 readers are there; 1 must be."), (nobody.Status, nobody.Description));

        await hub.Writer.WriteAsync(1).Done();
        await hub.Writer.WriteAsync(2).Done();
        HealthReportEntry deep = await CheckAsync(host, "crosschannels:jobs");
        StringAssert.StartsWith(deep.Description, "2 items are queued; 1 may be.");
        Assert.AreEqual(2L, deep.Data["depth"]);

        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(_address).Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        Assert.AreEqual(2, await reader.ReadAsync().Done());
        Assert.AreEqual(HealthStatus.Healthy, (await CheckAsync(host, "crosschannels:jobs")).Status);
    }

    [TestMethod]
    public async Task Channel_HubDoesNotAnswer_IsUnhealthy()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            AddWriter(builder.Services);
            builder.Services.AddHealthChecks().AddCrossChannel("jobs", static expected => expected.Timeout = TimeSpan.FromMilliseconds(50));
        });
        HealthReportEntry away = await CheckAsync(host, "crosschannels:jobs");
        Assert.AreEqual(HealthStatus.Unhealthy, away.Status);
        Assert.IsInstanceOfType<LinkTimeoutException>(away.Exception);
    }

    private static async Task<HealthReportEntry> CheckAsync(TestHost host, string name) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().Done()).Entries[name];

    private void AddWriter(IServiceCollection services) => services.AddChannelWriter<int>("jobs", end =>
    {
        end.Address = _address;
        end.Connection = end.Connection with { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        end.MinReopenDelay = TimeSpan.FromMilliseconds(10);
        end.MaxReopenDelay = TimeSpan.FromMilliseconds(20);
    });
}
