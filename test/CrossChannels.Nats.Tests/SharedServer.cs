using System.Runtime.CompilerServices;

namespace CrossChannels.Nats.Tests;

/// <summary>One server for all tests that do not harm it; each test has a space of its own.</summary>
[TestClass]
public sealed class SharedServer
{
    private static readonly Lazy<Task<NatsServer>> s_new = new(() => NatsServer.StartAsync());
    private static readonly Lazy<Task<NatsServer>> s_old = new(() => NatsServer.StartAsync(isOld: true));
    private static int s_spaces;

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        foreach (Lazy<Task<NatsServer>> server in (Lazy<Task<NatsServer>>[])[s_new, s_old])
        {
            if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                await (await server.Value).DisposeAsync();
        }
    }

    internal static Task<NatsServer> GetAsync(bool isOld = false)
    {
        // A test that is skipped says so in its own name, and not in that of the first.
        _ = NatsBinary.Find(isOld);
        return (isOld ? s_old : s_new).Value;
    }

    /// <summary>A space that no other test has.</summary>
    internal static string NewSpace([CallerMemberName] string test = "")
    {
        string name = new([.. test.Where(char.IsAsciiLetterOrDigit).Take(40)]);
        return $"{name}_{Interlocked.Increment(ref s_spaces)}";
    }

    /// <summary>Connects to a space of its own.</summary>
    internal static async Task<NatsChannels> ConnectAsync(NatsOptions? options = null, bool isOld = false, [CallerMemberName] string test = "")
    {
        NatsServer server = await GetAsync(isOld).Done("the server", test);
        options ??= new NatsOptions();
        // A busy machine takes its time; a test that waits for less says so.
        if (options.ConnectTimeout == new NatsOptions().ConnectTimeout)
            options = options with { ConnectTimeout = Wait.Deadline };
        return await NatsChannels.ConnectAsync(server.Url, options with { Space = options.Space == "main" ? NewSpace(test) : options.Space, Storage = NatsStorage.Memory }).Done("the connection", test);
    }
}
