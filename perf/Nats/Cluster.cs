using System.Diagnostics;
using System.Globalization;
using CrossChannels.Nats;

namespace NatsRows;

/// <summary>Three servers on loopback that keep everything three times; killed, and their files deleted, when this is disposed.</summary>
internal sealed class Cluster : IDisposable
{
    private const int Servers = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("rows-cluster-").FullName;
    private readonly List<Process> _processes = [];

    private Cluster(string url) => Url = url;

    /// <summary>All three, with commas between them.</summary>
    public string Url { get; }

    /// <summary>Starts them.</summary>
    /// <param name="binary">The path of nats-server.</param>
    public static Cluster Start(string binary)
    {
        int[] ports = FreePorts.Find(2 * Servers);
        int[] clients = ports[..Servers], routes = ports[Servers..];
        string others = string.Join(", ", routes.Select(static port => string.Create(CultureInfo.InvariantCulture, $"nats-route://127.0.0.1:{port}")));
        var cluster = new Cluster(string.Join(',', clients.Select(static port => string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{port}"))));
        try
        {
            for (int i = 0; i < Servers; i++)
            {
                string directory = Directory.CreateDirectory(Path.Combine(cluster._directory, i.ToString(CultureInfo.InvariantCulture))).FullName;
                string file = Path.Combine(directory, "server.conf");
                File.WriteAllText(file, string.Create(
                    CultureInfo.InvariantCulture,
                    $"server_name: s{i}\nhost: 127.0.0.1\nport: {clients[i]}\njetstream {{ store_dir: \"{directory}\" }}\nlog_file: \"{directory}/log\"\ncluster {{ name: rows, host: 127.0.0.1, port: {routes[i]}, routes: [{others}] }}\n"));
                cluster._processes.Add(Process.Start(new ProcessStartInfo(binary, ["-c", file]) { UseShellExecute = false })!);
            }
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(_directory, recursive: true);
    }
}
