using System.Net.Sockets;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: listens with a plain socket and serves every connection until the process ends.</summary>
internal abstract class RawListeningPart(string path) : Part
{
    private Socket? _listener;

    public override Task StartAsync()
    {
        _listener = RawSockets.Listen(path);
        RunInBackground(AcceptAllAsync);
        return Task.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        _listener?.Dispose();
        return default;
    }

    protected abstract Task ServeAsync(Socket socket);

    private async Task AcceptAllAsync()
    {
        while (true)
        {
            Socket socket = await _listener!.AcceptAsync();
            RunInBackground(async () =>
            {
                using (socket)
                    await ServeAsync(socket);
            });
        }
    }
}
