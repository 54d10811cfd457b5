using System.Runtime.CompilerServices;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>A hub of the test's own, with a channel on which workers say what happened to them.</summary>
internal sealed class ParityHub : IAsyncDisposable
{
    private readonly ChannelHub _hub;
    private readonly SharedChannel<string> _said;

    private ParityHub(ChannelHub hub)
    {
        _hub = hub;
        _said = hub.CreateUnbounded<string>("said");
    }

    /// <summary>Of a worker that a test that fails leaves behind for its disposal to end.</summary>
    public static WorkerOptions Daemon { get; } = new() { IsDaemon = true };

    public ChannelHub Hub => _hub;

    public CrossChannelWriter<string> Said => _said.Writer;

    public static async Task<ParityHub> StartAsync(HubOptions? options = null) =>
        new(await ChannelHub.StartAsync(WorkerStartTests.UniqueName(), options));

    /// <summary>The next thing that a worker says.</summary>
    public Task<string> HearAsync([CallerMemberName] string test = "") => _said.Reader.ReadAsync().Done("a word of a worker", test);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}
