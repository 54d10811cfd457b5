using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace CrossChannels.Nats.Tests;

/// <summary>Three servers that keep what they store together.</summary>
internal sealed class NatsCluster : IAsyncDisposable
{
    /// <summary>The stream of the locks of the space 'main'.</summary>
    public const string Locks = "CC-main-locks";

    private const int Size = 3;

    private readonly List<NatsServer> _servers = [];

    // From each server to each other.
    private readonly ServerProxy?[,] _routes = new ServerProxy?[Size, Size];

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
            int[] ports = FreePorts.Find(Size);
            for (int from = 0; from < Size; from++)
            {
                for (int to = 0; to < Size; to++)
                    cluster._routes[from, to] = from == to ? null : new ServerProxy(ports[to]);
            }
            for (int i = 0; i < Size; i++)
            {
                // What each says of itself leads nowhere: the servers know of no way to each other but those that can be cut.
                string routes = string.Join(", ", cluster.RoutesFrom(i).Select(static route => $"nats-route://127.0.0.1:{route.Port}"));
                cluster._servers.Add(await NatsServer.StartAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"server_name: s{i}\ncluster {{ name: test, host: 127.0.0.1, port: {ports[i]}, advertise: \"127.0.0.1:1\", no_advertise: true, routes: [{routes}] }}")));
            }
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts a server off from the others, but not from its clients.</summary>
    public void CutOff(NatsServer server)
    {
        foreach (ServerProxy route in RoutesOf(server))
            route.Hold();
    }

    /// <summary>Ends what <see cref="CutOff"/> began.</summary>
    public void Heal(NatsServer server)
    {
        foreach (ServerProxy route in RoutesOf(server))
            route.Release();
    }

    /// <summary>Cuts two servers off from each other; both reach the third.</summary>
    public void CutBetween(NatsServer one, NatsServer other)
    {
        int first = _servers.IndexOf(one), second = _servers.IndexOf(other);
        _routes[first, second]!.Hold();
        _routes[second, first]!.Hold();
    }

    /// <summary>Those that are not this one.</summary>
    public NatsServer[] Without(NatsServer server) => [.. _servers.Where(other => other != server)];

    /// <summary>Where clients connect that are to be on the side of all others.</summary>
    public string UrlWithout(NatsServer server) => string.Join(',', Without(server).Select(static other => other.Url));

    /// <summary>The stream of a channel of the space 'main'.</summary>
    public static string Items(string channel) => $"CC-main-i-{channel}";

    /// <summary>The server that leads a stream.</summary>
    public async Task<NatsServer> LeaderAsync(string stream) => await TryFindLeaderAsync(stream) ?? throw new InvalidOperationException($"Nobody leads {stream}.");

    /// <param name="stream">Its name.</param>
    /// <param name="without">Asks the others.</param>
    /// <returns>Null while there is none.</returns>
    public async Task<NatsServer?> TryFindLeaderAsync(string stream, NatsServer? without = null)
    {
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = without is null ? Url : UrlWithout(without) });
        try
        {
            INatsJSStream found = await new NatsJSContext(connection).GetStreamAsync(stream);
            return found.Info.Cluster?.Leader is { } leader ? _servers[leader[1] - '0'] : null;
        }
        catch (Exception e) when (e is NatsJSException or NatsException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NatsServer server in _servers)
            await server.DisposeAsync();
        foreach (ServerProxy? route in _routes)
            await (route?.DisposeAsync() ?? default);
    }

    private IEnumerable<ServerProxy> RoutesFrom(int server) => Enumerable.Range(0, Size).Select(to => _routes[server, to]).OfType<ServerProxy>();

    private IEnumerable<ServerProxy> RoutesOf(NatsServer server)
    {
        int index = _servers.IndexOf(server);
        return RoutesFrom(index).Concat(Enumerable.Range(0, Size).Select(from => _routes[from, index]).OfType<ServerProxy>());
    }
}
