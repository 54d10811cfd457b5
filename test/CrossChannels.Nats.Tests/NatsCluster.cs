using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace CrossChannels.Nats.Tests;

/// <summary>Three servers that keep what they store together.</summary>
internal sealed class NatsCluster : IAsyncDisposable
{
    private readonly List<NatsServer> _servers = [];

    private NatsCluster()
    {
    }

    /// <summary>Where clients connect: to any of them.</summary>
    public string Url => string.Join(',', _servers.Select(static server => server.Url));

    public static async Task<NatsCluster> StartAsync()
    {
        var cluster = new NatsCluster();
        try
        {
            int[] ports = FreePorts.Find(3);
            string routes = string.Join(", ", ports.Select(static port => $"nats-route://127.0.0.1:{port}"));
            for (int i = 0; i < ports.Length; i++)
            {
                cluster._servers.Add(await NatsServer.StartAsync(string.Create(
                    CultureInfo.InvariantCulture, $"server_name: s{i}\ncluster {{ name: test, host: 127.0.0.1, port: {ports[i]}, routes: [{routes}] }}")));
            }
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that leads a channel of the space 'main'.</summary>
    public async Task<NatsServer> LeaderAsync(string channel)
    {
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = Url });
        INatsJSStream stream = await new NatsJSContext(connection).GetStreamAsync($"CC-main-i-{channel}");
        return _servers[stream.Info.Cluster!.Leader![1] - '0'];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NatsServer server in _servers)
            await server.DisposeAsync();
    }
}
