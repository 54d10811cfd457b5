using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting.Tests;

/// <summary>A host of one test, which logs to a list.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host, LogList log)
    {
        _host = host;
        Log = log;
    }

    public LogList Log { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>An address within this process that no other test has.</summary>
    public static string NewAddress() => $"mem:host-{Guid.NewGuid():N}";

    public static async Task<TestHost> StartAsync(Action<HostApplicationBuilder> configure)
    {
        TestHost host = Build(configure);
        await host._host.StartAsync().Done();
        return host;
    }

    public static TestHost Build(Action<HostApplicationBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var log = new LogList();
        builder.Logging.AddProvider(new ListProvider(log));
        configure(builder);
        return new TestHost(builder.Build(), log);
    }

    public Task StartAsync() => _host.StartAsync();

    public async Task StopAsync() => await _host.StopAsync().Done();

    public T Get<T>(string key)
        where T : notnull => Services.GetRequiredKeyedService<T>(key);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().Done();
        _host.Dispose();
    }

    private sealed class ListProvider(LogList log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }
}
