using System.IO.Pipes;
using System.Net.Sockets;

namespace EndToEnd.Parts;

/// <summary>A plain stream from and to another process; the same object twice where it goes both ways.</summary>
internal sealed record StreamEnds(Stream Input, Stream Output) : IDisposable
{
    public static async Task<StreamEnds> ConnectAsync(string kind, string place)
    {
        if (kind == StreamKind.Socket)
            return Of(new NetworkStream(await RawSockets.ConnectAsync(place), ownsSocket: true));
        var pipe = new NamedPipeClientStream(".", PipeName(place), PipeDirection.InOut);
        await pipe.ConnectAsync();
        return Of(pipe);
    }

    public static async Task<StreamEnds> AcceptAsync(Socket listener) => Of(new NetworkStream(await listener.AcceptAsync(), ownsSocket: true));

    public static async Task<StreamEnds> AcceptAsync(NamedPipeServerStream pipe)
    {
        await pipe.WaitForConnectionAsync();
        return Of(pipe);
    }

    public static NamedPipeServerStream NewPipe(string place) => new(PipeName(place), PipeDirection.InOut, 1);

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }

    private static StreamEnds Of(Stream stream) => new(stream, stream);

    private static string PipeName(string place) => OperatingSystem.IsWindows() ? place.Replace('\\', '-').Replace(':', '-') : place;
}
