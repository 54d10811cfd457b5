using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Opens idle links when it starts, and holds them.</summary>
internal sealed class StandingIdleLinks(string address, string count) : Part
{
    private readonly IdleLinks _links = new(address, count);

    public override Task StartAsync() => _links.RunAsync(TimeSpan.Zero);

    public override ValueTask StopAsync() => _links.CloseAsync();
}
