using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CrossChannels.Hosting.Tests;

/// <summary>Metrics and traces as OpenTelemetry exports them. The source and the meter are those of the process, so nothing else may run beside these tests.</summary>
[TestClass]
[DoNotParallelize]
public sealed class TelemetryTests
{
    private readonly string _address = TestHost.NewAddress();

    [TestMethod]
    public async Task Traces_WriteInARequest_ProcessedElsewhere_AreOneTrace()
    {
        var spans = new List<Activity>();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource("request").AddCrossChannelsInstrumentation().AddInMemoryExporter(spans).Build();
        using var source = new ActivitySource("request");
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10, new LeaseOptions { MaxDeliveries = 2 }).Done();
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddChannelWriter<int>("jobs", end => end.Address = _address);
            builder.Services.AddLeasedWorker<int, FailingOnce>("jobs", worker => worker.Address = _address);
        });
        HostedChannelWriter<int> writer = host.Get<HostedChannelWriter<int>>("jobs");
        ActivityTraceId trace;
        using (Activity request = source.StartActivity("request")!)
        {
            trace = request.TraceId;
            await writer.WriteAsync(1).Done();
        }
        // The owner's join would not wait for an item that is on its way to it.
        await writer.JoinAsync().Done();
        await host.StopAsync();
        provider.ForceFlush();

        Activity send = spans.Single(span => span.Kind == ActivityKind.Producer);
        Activity[] processes = [.. spans.Where(span => span.Kind == ActivityKind.Consumer)];
        Assert.AreEqual(($"send {_address}", trace), (send.DisplayName, send.TraceId));
        Assert.HasCount(2, processes);
        foreach (Activity process in processes)
            Assert.AreEqual(($"process {_address}", trace, send.SpanId, _address), (process.DisplayName, process.TraceId, process.ParentSpanId, process.GetTagItem("messaging.destination.name")));
        CollectionAssert.AreEqual(new[] { ActivityStatusCode.Error, ActivityStatusCode.Unset }, processes.Select(process => process.Status).ToArray());
        CollectionAssert.AreEqual(new object[] { 1, 2 }, processes.Select(process => process.GetTagItem("crosschannels.delivery_count")).ToArray());
    }

    /// <summary>At a bare name items would cross by shared memory, and leave their traces behind, if nobody listened when the ends are opened.</summary>
    [TestMethod]
    public async Task Traces_ProviderThatTheHostMakes_GoAlongAtABareName()
    {
        string address = $"host-{Guid.NewGuid():N}";
        var spans = new List<Activity>();
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(address, 10).Done();
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder().AddCrossChannelsInstrumentation().AddInMemoryExporter(spans).Build());
            builder.Services.AddChannelWriter<int>("jobs", end => end.Address = address);
            builder.Services.AddLeasedWorker<int, FailingOnce>("jobs", worker => worker.Address = address);
        });
        HostedChannelWriter<int> writer = host.Get<HostedChannelWriter<int>>("jobs");
        await writer.WriteAsync(1).Done();
        writer.TryComplete();
        await channel.Reader.Completion.Done();
        await host.StopAsync();
        host.Services.GetRequiredService<TracerProvider>().ForceFlush();

        Activity send = spans.Single(span => span.Kind == ActivityKind.Producer);
        Activity[] processes = [.. spans.Where(span => span.Kind == ActivityKind.Consumer)];
        Assert.HasCount(2, processes);
        foreach (Activity process in processes)
            Assert.AreEqual((send.TraceId, send.SpanId), (process.TraceId, process.ParentSpanId));
    }

    [TestMethod]
    public async Task Metrics_OfAHub_AreExported_WithTheVersionOfTheMeter()
    {
        var metrics = new List<Metric>();
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddCrossChannelsInstrumentation().AddInMemoryExporter(metrics).Build();
        await using TestHost host = await TestHost.StartAsync(builder => builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address).AddBounded<int>("parts", 10));
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>($"{_address}#parts").Done();
        await host.Get<SharedChannel<int>>("build#parts").Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        await host.Get<SharedChannel<int>>("build#parts").Writer.JoinAsync().Done();
        provider.ForceFlush();

        Metric sent = metrics.Single(metric => metric.Name == "crosschannels.items.sent");
        Assert.IsFalse(string.IsNullOrEmpty(sent.MeterVersion));
        Assert.ContainsSingle(metrics.Where(static metric => metric.Name == "crosschannels.hub.depth"));
        long count = 0;
        foreach (ref readonly MetricPoint point in sent.GetMetricPoints())
            count += point.GetSumLong();
        Assert.IsGreaterThanOrEqualTo(1, count);
    }

    private sealed class FailingOnce : ILeaseHandler<int>
    {
        public Task HandleAsync(int item, LeaseContext context, CancellationToken cancellationToken) =>
            context.DeliveryCount == 1 ? throw new InvalidOperationException("Once.") : Task.CompletedTask;
    }
}
