using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace CrossChannels.Nats.Tests;

/// <summary>A cluster of three, of which one is killed. Takes half a minute, and so runs with <c>CROSSCHANNELS_LONG=1</c> only.</summary>
[TestClass]
public sealed class ClusterTests
{
    [TestMethod]
    public async Task LeaderIsKilled_NothingIsLost_AndTheOrderHolds()
    {
        const int Total = 2_000;
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("It takes half a minute: CROSSCHANNELS_LONG=1 runs it.");
        List<NatsServer> servers = [];
        try
        {
            int[] ports = FreePorts(3);
            string routes = string.Join(", ", ports.Select(static port => $"nats-route://127.0.0.1:{port}"));
            for (int i = 0; i < ports.Length; i++)
                servers.Add(await NatsServer.StartAsync(string.Create(CultureInfo.InvariantCulture, $"server_name: s{i}\ncluster {{ name: test, host: 127.0.0.1, port: {ports[i]}, routes: [{routes}] }}")));
            string url = string.Join(',', servers.Select(static server => server.Url));
            await using NatsChannels nats = await NatsChannels.ConnectAsync(url, new NatsOptions { Replicas = 3, LeaseTimeout = TimeSpan.FromSeconds(2) }).Done();
            await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("jobs", 100, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
            Task writing = Task.Run(async () =>
            {
                for (int i = 0; i < Total; i++)
                    await owner.Writer.WriteAsync(i);
                owner.Writer.Complete();
            });
            List<(int Item, int Deliveries)> read = [];
            await foreach (Lease<int> lease in owner.Reader.ReadAllAsync())
            {
                read.Add((lease.Item, lease.DeliveryCount));
                lease.Complete();
                if (lease.Item == Total / 4 && read.Count == (Total / 4) + 1)
                    await servers[await LeaderAsync(url)].KillAsync();
            }
            await writing.Done();
            CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read.DistinctBy(static item => item.Item).Select(static item => item.Item).ToList());
            foreach (IGrouping<int, (int Item, int Deliveries)> copies in read.GroupBy(static item => item.Item))
                Assert.IsTrue(copies.Skip(1).All(static copy => copy.Deliveries > 1), $"Item {copies.Key} came {copies.Count()} times, and not each one after the first says so.");
        }
        finally
        {
            foreach (NatsServer server in servers)
                await server.DisposeAsync();
        }
    }

    private static async Task<int> LeaderAsync(string url)
    {
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = url });
        INatsJSStream stream = await new NatsJSContext(connection).GetStreamAsync("CC-main-i-jobs");
        return stream.Info.Cluster!.Leader![1] - '0';
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
            listener.Dispose();
        return ports;
    }
}
