using System.IO.Pipes;
using System.Net.Sockets;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: serves one plain stream with calls that block, on a thread of its own.</summary>
/// <param name="kind">One of <see cref="StreamKind"/>.</param>
/// <param name="place">A path; of anonymous pipes the handles to read from and to write to.</param>
internal abstract class StreamListeningPart(string kind, string place) : Part
{
    private Socket? _listener;

    public override Task StartAsync()
    {
        Func<Task<StreamEnds>> accept = Listen();
        RunInBackground(async () =>
        {
            using StreamEnds ends = await accept();
            Serve(ends);
        });
        return Task.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        _listener?.Dispose();
        return default;
    }

    protected abstract void Serve(StreamEnds ends);

    private Func<Task<StreamEnds>> Listen()
    {
        switch (kind)
        {
            case StreamKind.Socket:
                _listener = RawSockets.Listen(place);
                return () => StreamEnds.AcceptAsync(_listener);
            case StreamKind.NamedPipe:
                NamedPipeServerStream pipe = StreamEnds.NewPipe(place);
                return () => StreamEnds.AcceptAsync(pipe);
            default:
                string[] handles = place.Split(',');
                var ends = new StreamEnds(
                    new AnonymousPipeClientStream(PipeDirection.In, handles[0]), new AnonymousPipeClientStream(PipeDirection.Out, handles[1]));
                return () => Task.FromResult(ends);
        }
    }
}
