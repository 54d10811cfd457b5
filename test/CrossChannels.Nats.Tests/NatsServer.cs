using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CrossChannels.Nats.Tests;

/// <summary>A real nats-server in a directory of its own, on a free port of loopback. Disposing kills it.</summary>
internal sealed class NatsServer : IAsyncDisposable
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    private readonly TempDirectory _directory = new();
    private readonly string _binary;
    private readonly string _configuration;
    private readonly string _store;
    private Process? _process;

    private NatsServer(string binary, string configuration, string? store)
    {
        _binary = binary;
        _configuration = configuration;
        _store = store ?? _directory["store"];
    }

    /// <summary>Where clients connect.</summary>
    public string Url { get; private set; } = "";

    public int Port { get; private set; }

    public string this[string name] => _directory[name];

    /// <summary>Starts one.</summary>
    /// <param name="configuration">What stands in its configuration besides the port and the store.</param>
    /// <param name="isOld">One of 2.10 to 2.13, which takes one item at a time.</param>
    /// <param name="store">Where it keeps its files; default: with the rest of what it has.</param>
    public static async Task<NatsServer> StartAsync(string configuration = "", bool isOld = false, string? store = null)
    {
        var server = new NatsServer(NatsBinary.Find(isOld), configuration, store);
        try
        {
            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process)
            return;
        process.Kill();
        await process.WaitForExitAsync().Done("the server's end");
    }

    /// <summary>Starts it again, at the same port and on the same directory.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await LaunchAsync();
    }

    /// <summary>Lets it stand still.</summary>
    public async Task StopAsync()
    {
        Signals.Send(_process!.Id, StopSignal);
        await Wait.Until(() => Signals.State(_process.Id) == 'T', "the server to stand still");
    }

    public void Continue() => Signals.Send(_process!.Id, ContinueSignal);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        _directory.Dispose();
    }

    private async Task LaunchAsync()
    {
        string ports = _directory["ports"];
        Directory.CreateDirectory(ports);
        foreach (string old in Directory.GetFiles(ports))
            File.Delete(old);
        await File.WriteAllTextAsync(
            _directory["server.conf"],
            string.Create(
                CultureInfo.InvariantCulture,
                $"host: 127.0.0.1\nport: {(Port == 0 ? -1 : Port)}\nports_file_dir: \"{ports}\"\njetstream {{ store_dir: \"{_store}\", max_memory_store: 1TB, max_file_store: 1TB }}\nlog_file: \"{_directory["log"]}\"\n{_configuration}\n"));
        _process = Process.Start(new ProcessStartInfo(_binary, ["-c", _directory["server.conf"]]) { UseShellExecute = false })!;
        string? file = null;
        await Wait.Until(
            () => _process.HasExited || (file = Directory.GetFiles(ports).FirstOrDefault()) is not null, $"the port of a nats-server; its log:{Environment.NewLine}{Log()}");
        Assert.IsFalse(_process.HasExited, $"The server ended at once: {Log()}");
        string url = "";
        await Wait.Until(() => TryReadPort(file!, out url), "the port in the server's file");
        var uri = new Uri(url);
        Port = uri.Port;
        Url = $"nats://127.0.0.1:{Port}";
    }

    /// <summary>What it has logged.</summary>
    public string Log() => File.Exists(_directory["log"]) ? File.ReadAllText(_directory["log"]) : "none";

    private static bool TryReadPort(string file, out string url)
    {
        url = "";
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
            url = json.RootElement.GetProperty("nats")[0].GetString()!;
            return true;
        }
        catch (Exception e) when (e is JsonException or IOException or KeyNotFoundException)
        {
            return false;
        }
    }
}
