using System.IO.Pipes;
using System.Net.Sockets;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>What a plain stream between two processes is made of.</summary>
internal enum StreamKind
{
    Socket,

    /// <summary>Two anonymous pipes, one each way; the process that runs the rounds starts the other and hands it their ends.</summary>
    Pipe,

    NamedPipe,
}

/// <summary>A plain stream from and to another process; the same object twice where it goes both ways.</summary>
internal sealed record StreamEnds(Stream Input, Stream Output) : IDisposable
{
    public static async Task<StreamEnds> ConnectAsync(StreamKind kind, string place)
    {
        if (kind == StreamKind.Socket)
            return Of(new NetworkStream(await RawSockets.ConnectAsync(place), ownsSocket: true));
        var pipe = new NamedPipeClientStream(".", PipeName(place), PipeDirection.InOut);
        await pipe.ConnectAsync();
        return Of(pipe);
    }

    public static async Task<StreamEnds> AcceptAsync(Socket listener) =>
        Of(new NetworkStream(await listener.AcceptAsync(), ownsSocket: true));

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

/// <summary>Baseline: runs rounds over one plain stream, with calls that block.</summary>
internal abstract class StreamConnectingPart(StreamKind kind, string place) : Part
{
    private StreamEnds? _ends;
    private Peer? _other;

    protected StreamEnds Ends => _ends!;

    public override async Task StartAsync() =>
        _ends = kind == StreamKind.Pipe ? await StartOtherAsync() : await StreamEnds.ConnectAsync(kind, place);

    public override async ValueTask StopAsync()
    {
        _ends?.Dispose();
        if (_other is not null)
            await _other.DisposeAsync();
    }

    /// <summary>The part at the other end of anonymous pipes; it listens at this place.</summary>
    protected abstract PartSpec Other(string place);

    // Anonymous pipes are inherited: the process that has them starts the one that gets them.
    private async Task<StreamEnds> StartOtherAsync()
    {
        var output = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var input = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        string handles = $"{output.GetClientHandleAsString()},{input.GetClientHandleAsString()}";
        _other = await Peer.StartAsync(Other(handles), CancellationToken.None);
        output.DisposeLocalCopyOfClientHandle();
        input.DisposeLocalCopyOfClientHandle();
        return new StreamEnds(input, output);
    }
}

/// <summary>Baseline: serves one plain stream with calls that block, on a thread of its own.</summary>
/// <param name="kind">What it is made of.</param>
/// <param name="place">A path; of anonymous pipes the handles to read from and to write to.</param>
internal abstract class StreamListeningPart(StreamKind kind, string place) : Part
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
                    new AnonymousPipeClientStream(PipeDirection.In, handles[0]),
                    new AnonymousPipeClientStream(PipeDirection.Out, handles[1]));
                return () => Task.FromResult(ends);
        }
    }
}

/// <summary>Baseline: writes items of one size to a stream.</summary>
/// <param name="kind">What the stream is made of.</param>
/// <param name="place">Where the reader listens.</param>
/// <param name="bytes">Of one item.</param>
/// <param name="buffered">Bytes that are gathered before they are written; 0 for one call an item.</param>
internal sealed class StreamItemWriter(StreamKind kind, string place, int bytes, int buffered) : StreamConnectingPart(kind, place)
{
    /// <summary>The first byte of the last item of a round.</summary>
    public const byte Last = 1;

    private readonly byte[] _item = new byte[bytes];
    private readonly byte[] _buffer = new byte[buffered];
    private int _gathered;

    /// <returns>Items a second, bytes a second, how many items.</returns>
    public override Task<double[]> RunAsync(TimeSpan duration)
    {
        double[] items = ItemLoops.Write(Write, (byte)0, Last, WaitUntilDrained, duration, ItemLoops.ItemsPerLook(bytes));
        return Task.FromResult<double[]>([items[0], items[0] * bytes, items[1]]);
    }

    protected override PartSpec Other(string place) => PartSpec.Of<StreamItemReader>(StreamKind.Pipe, place, bytes);

    private void Write(byte first)
    {
        _item[0] = first;
        if (_buffer.Length == 0)
        {
            Ends.Output.Write(_item);
            return;
        }
        if (_gathered + _item.Length > _buffer.Length)
            WriteGathered();
        _item.CopyTo(_buffer, _gathered);
        _gathered += _item.Length;
    }

    private void WriteGathered()
    {
        Ends.Output.Write(_buffer, 0, _gathered);
        _gathered = 0;
    }

    private void WaitUntilDrained()
    {
        WriteGathered();
        Ends.Output.Flush();
        if (Ends.Input.ReadByte() != Last)
            throw new EndOfStreamException("The reader left.");
    }
}

/// <summary>Baseline: takes items of one size out of a stream, as many a call as are there, and answers the last of a round.</summary>
internal sealed class StreamItemReader(StreamKind kind, string place, int bytes) : StreamListeningPart(kind, place)
{
    private const int BufferBytes = 64 * 1024;

    protected override void Serve(StreamEnds ends)
    {
        byte[] buffer = new byte[Math.Max(BufferBytes, bytes)];
        int next = 0;                   // where the next item begins, from the start of what the next call reads
        bool isLast = false;
        while (ends.Input.Read(buffer) is var count and > 0)
        {
            for (; next < count; next += bytes)
                isLast = buffer[next] == StreamItemWriter.Last;
            next -= count;
            if (isLast && next == 0)
            {
                isLast = false;
                ends.Output.WriteByte(StreamItemWriter.Last);
                ends.Output.Flush();
            }
        }
    }
}

/// <summary>Baseline: sends an item over a stream and waits until it is back.</summary>
internal sealed class StreamPinger(StreamKind kind, string place, int bytes) : StreamConnectingPart(kind, place)
{
    private readonly RoundTrips _trips = new();
    private readonly byte[] _item = new byte[bytes];

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    protected override PartSpec Other(string place) => PartSpec.Of<StreamEcho>(StreamKind.Pipe, place, bytes);

    private ValueTask TripAsync()
    {
        Trip();
        return default;
    }

    private void Trip()
    {
        Ends.Output.Write(_item);
        Ends.Output.Flush();
        Ends.Input.ReadExactly(_item);
    }
}

/// <summary>Baseline: sends every item back.</summary>
internal sealed class StreamEcho(StreamKind kind, string place, int bytes) : StreamListeningPart(kind, place)
{
    protected override void Serve(StreamEnds ends)
    {
        byte[] item = new byte[bytes];
        while (ends.Input.ReadAtLeast(item, item.Length, throwOnEndOfStream: false) == item.Length)
        {
            ends.Output.Write(item);
            ends.Output.Flush();
        }
    }
}
