using CrossChannels.Nats;

namespace ManyMachines;

/// <summary>One producer, three workers and a lock, each in a process of its own; the same code on a hub and on a NATS server.</summary>
internal static class Program
{
    private const string Help = """
        Squares numbers: a producer writes jobs, three workers take leases and write results, a lock guards a file that all append to.

          ManyMachines --engine hub             a hub in this process
          ManyMachines --engine nats [URL]      a NATS server; without a URL it starts nats-server, from NATS_SERVER or PATH

        One worker is killed while it works; with --engine nats the server is restarted too, if this program started it. The result is complete.
        """;

    public static async Task<int> Main(string[] args)
    {
        // The only line that knows of an engine: addresses decide which is used.
        NatsEngine.Use(new NatsOptions { LeaseTimeout = TimeSpan.FromSeconds(2), PresenceTimeout = TimeSpan.FromSeconds(3) });
        switch (args)
        {
            case ["produce", string jobs, string count]:
                return await Roles.ProduceAsync(jobs, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
            case ["work", string jobs, string results, string gate, string file]:
                return await Roles.WorkAsync(jobs, results, gate, file);
            case ["--engine", "hub"]:
                await using (var hub = await HubEngine.StartAsync())
                    return await Conductor.RunAsync(hub);
            case ["--engine", "nats", .. string[] url] when url.Length <= 1:
                await using (var server = await ServerEngine.StartAsync(url.FirstOrDefault()))
                    return server is null ? 2 : await Conductor.RunAsync(server);
            default:
                await Console.Error.WriteLineAsync(Help);
                return 2;
        }
    }
}
