using System.Net.Sockets;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: a plain socket that stays connected for all rounds.</summary>
internal abstract class RawConnectingPart(string path) : Part
{
    private Socket? _socket;

    protected Socket Socket => _socket!;

    public override async Task StartAsync() => _socket = await RawSockets.ConnectAsync(path);

    public override ValueTask StopAsync()
    {
        _socket?.Dispose();
        return default;
    }
}
