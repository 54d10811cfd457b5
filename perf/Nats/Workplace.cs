using CrossChannels.Nats;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NatsRows;

/// <summary>What one measurement uses: a connection of each kind, and streams and a space of its own, deleted afterwards.</summary>
internal sealed class Workplace : IAsyncDisposable
{
    private readonly string _name = $"rows_{Guid.NewGuid():N}"[..20];
    private readonly List<string> _streams = [];
    private readonly List<string> _channels = [];
    private readonly List<NatsChannels> _more = [];
    private readonly string _url;

    private Workplace(string url, NatsConnection connection, NatsChannels channels)
    {
        _url = url;
        Connection = connection;
        Channels = channels;
        JetStream = new NatsJSContext(connection);
    }

    public NatsConnection Connection { get; }

    public NatsJSContext JetStream { get; }

    public NatsChannels Channels { get; }

    /// <param name="url">Of the server, or of those of a cluster with commas between them.</param>
    /// <param name="replicas">How many servers keep what is stored.</param>
    public static async Task<Workplace> ConnectAsync(string url, int replicas)
    {
        var connection = new NatsConnection(NatsOpts.Default with { Url = url });
        await connection.ConnectAsync();
        return new Workplace(url, connection, await NatsChannels.ConnectAsync(url, OptionsOf(replicas)));
    }

    /// <summary>A process of its own would have this connection.</summary>
    public async Task<NatsChannels> ConnectOneMoreAsync()
    {
        NatsChannels more = await NatsChannels.ConnectAsync(_url, Channels.Options);
        _more.Add(more);
        return more;
    }

    /// <summary>A work queue that refuses what does not fit, as a channel has it; items go to the subject of its name.</summary>
    public async Task<string> MakeStreamAsync(int capacity)
    {
        string name = $"{_name}_{_streams.Count}";
        _streams.Add(name);
        await JetStream.CreateStreamAsync(new StreamConfig(name, [name])
        {
            Retention = StreamConfigRetention.Workqueue, Discard = StreamConfigDiscard.New, MaxMsgs = capacity, MaxBytes = -1, DuplicateWindow = TimeSpan.FromSeconds(30), NumReplicas = Channels.Options.Replicas,
        });
        await JetStream.CreateOrUpdateConsumerAsync(name, new ConsumerConfig("r") { AckPolicy = ConsumerConfigAckPolicy.Explicit, MaxAckPending = -1 });
        return name;
    }

    /// <summary>The name of a channel.</summary>
    public string NewChannel()
    {
        string name = $"{_name}_{_channels.Count}";
        _channels.Add(name);
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string stream in _streams)
            await JetStream.DeleteStreamAsync(stream);
        foreach (string channel in _channels)
            await Channels.DeleteAsync(channel);
        foreach (NatsChannels more in _more)
            await more.DisposeAsync();
        await Channels.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private static NatsOptions OptionsOf(int replicas) => new() { Space = $"rows_{Environment.ProcessId}", Replicas = replicas, LeaseReadAhead = 64 };
}
