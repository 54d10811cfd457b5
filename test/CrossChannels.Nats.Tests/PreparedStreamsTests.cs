using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NATS.Client.Core;

namespace CrossChannels.Nats.Tests;

/// <summary>Streams that an operator has made, for a user who may make none.</summary>
[TestClass]
public sealed class PreparedStreamsTests
{
    private const string Marker = "FILE is ";
    /// <summary>What such a user needs, as docs/nats.md says it; of single streams, where it is to be kept from others.</summary>
    private const string Publish =
        "[\"cc.shop.>\", \"_cc.>\", \"$JS.API.STREAM.INFO.>\", \"$JS.API.STREAM.PURGE.>\", \"$JS.API.STREAM.MSG.GET.>\", \"$JS.API.STREAM.MSG.DELETE.>\", \"$JS.API.CONSUMER.INFO.>\", \"$JS.API.CONSUMER.MSG.NEXT.>\", \"$JS.ACK.>\", \"_INBOX.>\"]";
    private const string Subscribe = "[\"cc.shop.>\", \"_cc.>\", \"_INBOX.>\"]";
    private const string Users = $"authorization {{ users: [{{ user: operator, password: open }}, {{ user: shop, password: open, permissions: {{ publish: {Publish}, subscribe: {Subscribe} }} }}] }}";
    private static readonly LeaseOptions s_twice = new() { CapacityRelease = CapacityRelease.Settled, MaxDeliveries = 2 };
    private static readonly SharedChannelOptions s_owner = new() { Completion = CompletionPolicy.Owner };

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task EachMessageSaysWhatMakesWhatIsMissing_AndThenAllRuns(bool isOld)
    {
        await using NatsServer server = await NatsServer.StartAsync(Users, isOld);
        await using var @operator = new NatsConnection(As("operator", server));
        LogList log = new();
        NatsOptions options = Options(server) with { Logger = log };
        List<string> made = [];
        await using NatsChannels nats = await MakeUntilItRunsAsync(() => NatsChannels.ConnectAsync(server.Url, options), @operator, made).Done();
        CollectionAssert.AreEqual((string[])["CC-shop-state", "CC-shop-locks"], made);
        await using LeasedChannel<string> work = await MakeUntilItRunsAsync(() => nats.CreateLeasedAsync<string>("work", 5, s_twice, s_owner), @operator, made).Done();
        CollectionAssert.AreEqual((string[])["CC-shop-i-work=2edead-letters", "r", "CC-shop-i-work", "r"], made[2..]);

        // All that a channel and a lock do.
        await using LeasedReader<string> reader = await nats.OpenLeasedReaderAsync<string>("work").Done();
        await using CrossChannelWriter<string> writer = await nats.OpenWriterAsync<string>("work").Done();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
                await writer.WriteAsync($"{i}");
            await writer.FlushAsync();
            writer.Complete();
        });
        for (int i = 0; i < 20; i++)
        {
            Lease<string> lease = await reader.ReadAsync().Done();
            Assert.AreEqual($"{i}", lease.Item);
            if (i == 7)
            {
                lease.Abandon();
                lease = await reader.ReadAsync().Done();
                Assert.AreEqual("7", lease.Item);
                lease.Abandon();
            }
            else
            {
                await lease.CompleteAsync().Done();
            }
        }
        await writing.Done();
        await writer.JoinAsync().Done();
        Assert.AreEqual("7", await work.DeadLetters!.Reader.ReadAsync().Done());
        await using (CrossLock gate = await nats.OpenLockAsync("gate").Done())
        await using (LockHold hold = await gate.AcquireAsync().Done())
            Assert.IsGreaterThan(0, hold.FencingToken);
        Assert.IsFalse((await nats.GetChannelStatusAsync("work").Done()).IsCompleted);
        work.Writer.Complete();
        await reader.Completion.Done();
        Assert.IsTrue((await nats.GetChannelStatusAsync("work").Done()).IsCompleted);

        // What has ended stays where it is.
        EndpointException ended = await nats.CreateLeasedAsync<string>("work", 5, s_twice, s_owner).Fails<EndpointException>();
        StringAssert.Contains(ended.Message, "CC-shop-i-work is that of a channel which has ended");
        InvalidOperationException kept = await nats.DeleteAsync("work").Fails<InvalidOperationException>();
        StringAssert.Contains(kept.Message, "CC-shop-i-work");
        Assert.AreEqual(0, log.Count("NotPermittedCore"));
    }

    [TestMethod]
    public async Task Aborted_WithoutAFence_EndsAndIsEmpty()
    {
        await using NatsServer server = await NatsServer.StartAsync(Users);
        await using var @operator = new NatsConnection(As("operator", server));
        await using NatsChannels nats = await MakeUntilItRunsAsync(() => NatsChannels.ConnectAsync(server.Url, Options(server)), @operator, []).Done();
        await using SharedChannel<int> jobs = await MakeUntilItRunsAsync(() => nats.CreateBoundedAsync<int>("jobs", 5), @operator, []).Done();
        await using CrossChannelReader<int> reader = await nats.OpenReaderAsync<int>("jobs").Done();
        await jobs.Writer.WriteAsync(1).Done();
        await jobs.Writer.FlushAsync().Done();
        jobs.Abort("No more of it.");
        await reader.Completion.Fails<LinkAbortedException>();
        await Wait.Until(async () => (await nats.GetChannelStatusAsync("jobs")) is { Depth: 0, IsCompleted: true }, "an empty channel");
    }

    [TestMethod]
    public async Task MadeOtherwise_SaysInWhat()
    {
        await using NatsServer server = await NatsServer.StartAsync(Users);
        await using var @operator = new NatsConnection(As("operator", server));
        await using NatsChannels nats = await MakeUntilItRunsAsync(() => NatsChannels.ConnectAsync(server.Url, Options(server)), @operator, []).Done();
        await SaysAsync("one", static stream => stream["retention"] = "limits", static _ => { }, "its retention is limits, not workqueue");
        await SaysAsync("two", static stream => stream["discard"] = "old", static _ => { }, "it discards old items when it is full, not new ones");
        await SaysAsync("three", static stream => stream["subjects"] = new JsonArray("cc.shop.i.other.*"), static _ => { }, "it does not take 'cc.shop.i.three.*'");
        await SaysAsync("four", static stream => stream.Remove("metadata"), static _ => { }, "has not the metadata");
        await SaysAsync("five", static _ => { }, static consumer => consumer["ack_wait"] = 3_000_000_000, "its ack_wait is 3 s, not the 10 s");
        await SaysAsync("six", static _ => { }, static consumer => consumer["max_deliver"] = 2, "its max_deliver is 2, not -1");
        await SaysAsync("seven", static stream => stream["max_msgs"] = 4, static _ => { }, "its capacity is 4, not 5");

        async Task SaysAsync(string name, Action<JsonObject> changeStream, Action<JsonObject> changeConsumer, string expected)
        {
            EndpointException missing = await nats.CreateBoundedAsync<int>(name, 5).Fails<EndpointException>();
            List<JsonObject> configs = ConfigsIn(missing.Message);
            changeStream(configs[0]);
            changeConsumer(configs[1]);
            await MakeAsync(@operator, configs, []);
            CrossChannelException error = await nats.CreateBoundedAsync<int>(name, 5).Fails<CrossChannelException>();
            StringAssert.Contains(error.Message, expected);
        }
    }

    [TestMethod]
    public async Task Opened_AndNotMade_NamesTheStream()
    {
        await using NatsServer server = await NatsServer.StartAsync(Users);
        await using var @operator = new NatsConnection(As("operator", server));
        NatsOptions options = Options(server) with { ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        await using NatsChannels nats = await MakeUntilItRunsAsync(() => NatsChannels.ConnectAsync(server.Url, options), @operator, []).Done();
        LinkTimeoutException error = await nats.OpenReaderAsync<int>("jobs").Fails<LinkTimeoutException>();
        StringAssert.Contains(error.Message, "CC-shop-i-jobs");
    }

    [TestMethod]
    public async Task LifetimeOfItsCreator_NeedsStreamsOfItsOwn()
    {
        ArgumentException error = await NatsChannels.ConnectAsync("nats://127.0.0.1:4222", new NatsOptions { CreateStreams = false, Lifetime = NatsLifetime.Creator }).Fails<ArgumentException>();
        StringAssert.Contains(error.Message, "CreateStreams");
    }

    private static NatsOpts As(string user, NatsServer server) => NatsOpts.Default with { Url = server.Url, AuthOpts = new NatsAuthOpts { Username = user, Password = "open" } };

    private static NatsOptions Options(NatsServer server) => new() { Space = "shop", CreateStreams = false, Client = As("shop", server) };

    /// <summary>As an operator who does what the messages say, one after the other.</summary>
    private static async Task<T> MakeUntilItRunsAsync<T>(Func<Task<T>> run, NatsConnection @operator, List<string> made)
    {
        while (true)
        {
            try
            {
                return await run();
            }
            catch (EndpointException e) when (made.Count < 10)
            {
                await MakeAsync(@operator, ConfigsIn(e.Message), made);
            }
        }
    }

    private static List<JsonObject> ConfigsIn(string message)
    {
        List<JsonObject> configs = [];
        for (int at = message.IndexOf(Marker, StringComparison.Ordinal); at >= 0; at = message.IndexOf(Marker, at + 1, StringComparison.Ordinal))
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(message[(at + Marker.Length)..]));
            configs.Add((JsonObject)JsonNode.Parse(ref reader)!);
        }
        Assert.IsNotEmpty(configs, message);
        return configs;
    }

    private static async Task MakeAsync(NatsConnection @operator, List<JsonObject> configs, List<string> made)
    {
        string stream = "";
        foreach (JsonObject config in configs)
        {
            string name = (string)config["name"]!;
            bool isConsumer = config.ContainsKey("ack_policy");
            string body = isConsumer ? new JsonObject { ["stream_name"] = stream, ["config"] = config.DeepClone() }.ToJsonString() : config.ToJsonString();
            stream = isConsumer ? stream : name;
            NatsMsg<string> answer = await @operator.RequestAsync<string, string>(isConsumer ? $"$JS.API.CONSUMER.CREATE.{stream}.{name}" : $"$JS.API.STREAM.CREATE.{name}", body);
            Assert.IsFalse(answer.Data!.Contains("\"error\"", StringComparison.Ordinal), answer.Data);
            made.Add(name);
        }
    }
}
