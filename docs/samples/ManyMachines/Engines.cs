using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CrossChannels;

namespace ManyMachines;

/// <summary>Where the channels and the lock are.</summary>
internal interface IEngine
{
    /// <summary>The address of a channel or lock.</summary>
    string AddressOf(string name);

    /// <summary>Makes the lock, where that is needed.</summary>
    Task<CrossLock> MakeLockAsync(string name);

    Task<LeasedChannel<int>> MakeJobsAsync(string name);

    Task<SharedChannel<Result>> MakeResultsAsync(string name);

    /// <summary>Kills what holds the items and starts it again, where they outlive that.</summary>
    Task<bool> TryRestartAsync();
}

/// <summary>A hub in this process.</summary>
internal sealed class HubEngine(ChannelHub hub) : IEngine, IAsyncDisposable
{
    public static async Task<HubEngine> StartAsync() => new(await ChannelHub.StartAsync(ChannelAddress.Unique("many-machines")));

    public string AddressOf(string name) => hub.Address.WithChannel(name).ToString();

    public Task<CrossLock> MakeLockAsync(string name) => Task.FromResult(hub.CreateLock(name));

    public Task<LeasedChannel<int>> MakeJobsAsync(string name) => Task.FromResult(hub.CreateLeased<int>(name, 100, Leases.Settled));

    public Task<SharedChannel<Result>> MakeResultsAsync(string name) => Task.FromResult(hub.CreateBounded<Result>(name, 100, Leases.OwnersEnd));

    /// <summary>What a hub holds ends with it.</summary>
    public Task<bool> TryRestartAsync() => Task.FromResult(false);

    public ValueTask DisposeAsync() => hub.DisposeAsync();
}

/// <summary>A NATS server: one that runs, or one that is started for this.</summary>
internal sealed class ServerEngine : IEngine, IAsyncDisposable
{
    private readonly string _space = $"many_{Environment.ProcessId}";
    private readonly string? _binary;
    private readonly string _directory = Directory.CreateTempSubdirectory("many-machines-").FullName;
    private Process? _server;
    private int _port;
    private string _host = "127.0.0.1";

    private ServerEngine(string? binary) => _binary = binary;

    /// <returns>Null if there is none, which is said.</returns>
    public static async Task<ServerEngine?> StartAsync(string? url)
    {
        if (url is not null)
        {
            var uri = new Uri(url);
            return new ServerEngine(null) { _host = uri.Host, _port = uri.Port > 0 ? uri.Port : 4222 };
        }
        string? binary = Environment.GetEnvironmentVariable("NATS_SERVER")
            ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(static directory => Path.Combine(directory, "nats-server")).FirstOrDefault(File.Exists);
        if (binary is null)
        {
            await Console.Error.WriteLineAsync("There is no nats-server: name one in NATS_SERVER, or give the URL of one that runs.");
            return null;
        }
        var engine = new ServerEngine(binary);
        await engine.LaunchAsync();
        return engine;
    }

    public string AddressOf(string name) => ChannelAddress.Nats(_host, _port, _space).WithChannel(name).ToString();

    /// <summary>Made by whoever opens it first.</summary>
    public Task<CrossLock> MakeLockAsync(string name) => CrossChannel.OpenLockAsync(AddressOf(name));

    public Task<LeasedChannel<int>> MakeJobsAsync(string name) => CrossChannel.CreateLeasedAsync<int>(AddressOf(name), 100, Leases.Settled);

    public Task<SharedChannel<Result>> MakeResultsAsync(string name) => CrossChannel.CreateBoundedAsync<Result>(AddressOf(name), 100, Leases.OwnersEnd);

    public async Task<bool> TryRestartAsync()
    {
        if (_server is null)
            return false;
        _server.Kill();
        await _server.WaitForExitAsync();
        await LaunchAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            _server.Kill();
            await _server.WaitForExitAsync();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task LaunchAsync()
    {
        string ports = Path.Combine(_directory, "ports");
        if (Directory.Exists(ports))
            Directory.Delete(ports, recursive: true);
        Directory.CreateDirectory(ports);
        string configuration = Path.Combine(_directory, "server.conf");
        await File.WriteAllTextAsync(
            configuration,
            string.Create(
                CultureInfo.InvariantCulture,
                $"host: 127.0.0.1\nport: {(_port == 0 ? -1 : _port)}\nports_file_dir: \"{ports}\"\njetstream {{ store_dir: \"{_directory}/store\" }}\nlog_file: \"{_directory}/log\"\n"));
        _server = Process.Start(new ProcessStartInfo(_binary!, ["-c", configuration]) { UseShellExecute = false })!;
        while (_port == 0)
        {
            await Task.Delay(10);
            foreach (string file in Directory.GetFiles(ports))
            {
                try
                {
                    using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
                    _port = new Uri(json.RootElement.GetProperty("nats")[0].GetString()!).Port;
                }
                catch (JsonException)
                {
                    // It is being written.
                }
            }
        }
    }
}

/// <summary>How the channels behave, on either engine.</summary>
internal static class Leases
{
    public static readonly LeaseOptions Settled = new() { CapacityRelease = CapacityRelease.Settled };
    public static readonly SharedChannelOptions OwnersEnd = new() { Completion = CompletionPolicy.Owner };
}
