using System.Collections.Concurrent;
using System.Diagnostics;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

namespace CrossChannels.Tests.Diagnostics;

/// <summary>Spans of writes, and the way of their context through a hub. The source is that of the process, so nothing else may run beside these tests.</summary>
[TestClass]
[DoNotParallelize]
public sealed class TracingTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private readonly ActivitySource _source = new($"test-{Guid.NewGuid():N}");
    private readonly string _address = $"mem:trace-{Guid.NewGuid():N}";

    public TracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "CrossChannels" || source.Name == _source.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.Recorded && activity.Source.Name == "CrossChannels")
                    _spans.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Lease_HasTheTraceOfItsWrite_ByWhicheverWayItCame(bool isOwners)
    {
        await using LeasedChannel<string> channel = await CrossChannel.CreateLeasedAsync<string>(_address, 2).Done();
        await using CrossChannelWriter<string> remote = await CrossChannel.OpenWriterAsync<string>(_address).Done();
        await using LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync<string>(_address).Done();
        CrossChannelWriter<string> writer = isOwners ? channel.Writer : remote;
        var traces = new Dictionary<string, ActivityTraceId>();
        // More than fit, so that some wait; every third is of no trace of its own, and gets one.
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 9; i++)
            {
                using Activity? request = i % 3 == 0 ? null : _source.StartActivity($"request {i}");
                if (request is not null)
                    traces[$"{i}"] = request.TraceId;
                await writer.WriteAsync($"{i}");
            }
        });
        var contexts = new Dictionary<string, ActivityContext>();
        for (int i = 0; i < 9; i++)
        {
            using Lease<string> lease = await reader.ReadAsync().Done();
            contexts[lease.Item] = lease.TraceContext;
            lease.Complete();
        }
        await writing.Done();
        Assert.HasCount(9, _spans);
        foreach (Activity span in _spans)
            Assert.AreEqual(($"send {_address}", ActivityKind.Producer, _address), (span.DisplayName, span.Kind, span.GetTagItem("messaging.destination.name")));
        CollectionAssert.AreEquivalent(_spans.Select(span => span.SpanId).ToArray(), contexts.Values.Select(context => context.SpanId).ToArray());
        foreach ((string item, ActivityTraceId trace) in traces)
            Assert.AreEqual(trace, contexts[item].TraceId);
    }

    [TestMethod]
    public async Task Trace_StaysWithAnItemThatIsDeliveredAgain()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 2).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(_address).Done();
        await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(_address).Done();
        await writer.WriteAsync(1).Done();
        Lease<int> first = await reader.ReadAsync().Done();
        first.Abandon();
        Lease<int> second = await reader.ReadAsync().Done();
        Assert.AreEqual(2, second.DeliveryCount);
        Assert.AreEqual(_spans.Single().SpanId, second.TraceContext.SpanId);
        second.Abandon();
        using Lease<int> owners = await channel.Reader.ReadAsync().Done();
        Assert.AreEqual(first.TraceContext, owners.TraceContext);
        owners.Complete();
    }

    [TestMethod]
    public async Task WriteThatFails_IsASpanWithItsError_AndOneWithoutRoomIsNone()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(_address, 1).Done();
        Assert.IsTrue(channel.Writer.TryWrite(1));
        Assert.IsFalse(channel.Writer.TryWrite(2));
        Assert.HasCount(1, _spans);
        channel.Writer.Complete();
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => channel.Writer.WriteAsync(3).Done());
        Assert.AreEqual(ActivityStatusCode.Error, _spans.Last().Status);
    }

    [TestMethod]
    public async Task NobodyListens_NothingGoesWithTheItem()
    {
        _listener.Dispose();
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 2).Done();
        using var request = new Activity("request");
        request.Start();
        await channel.Writer.WriteAsync(1).Done();
        using Lease<int> lease = await channel.Reader.ReadAsync().Done();
        Assert.AreEqual(default, lease.TraceContext);
        lease.Complete();
    }
}
