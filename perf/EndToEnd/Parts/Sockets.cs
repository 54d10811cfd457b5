using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EndToEnd.Latency;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Unix sockets without anything around them, for baselines.</summary>
internal static class RawSockets
{
    public static Socket Listen(string path)
    {
        Socket socket = New();
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    public static async Task<Socket> ConnectAsync(string path)
    {
        Socket socket = New();
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    /// <summary>Sends all of it.</summary>
    public static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    /// <summary>Fills the buffer.</summary>
    /// <returns>False if the other end closed before.</returns>
    public static async ValueTask<bool> ReceiveAllAsync(Socket socket, Memory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = await socket.ReceiveAsync(bytes);
            if (count == 0)
                return false;
            bytes = bytes[count..];
        }
        return true;
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}

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

/// <summary>Baseline: sends eight bytes and waits until they are back.</summary>
internal class RawPinger(string path) : RawConnectingPart(path)
{
    private readonly RoundTrips _trips = new();
    private readonly byte[] _bytes = new byte[sizeof(long)];

    protected virtual int PauseMilliseconds => 0;

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration, PauseMilliseconds);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await Socket.SendAsync(_bytes.AsMemory());
        await Socket.ReceiveAsync(_bytes.AsMemory());
    }
}

/// <summary>Baseline: the same, with a millisecond before each trip.</summary>
internal sealed class PausingRawPinger(string path) : RawPinger(path)
{
    protected override int PauseMilliseconds => 1;
}

/// <summary>Baseline: listens and sends every eight bytes back.</summary>
internal sealed class RawEcho(string path) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] bytes = new byte[sizeof(long)];
        while (await socket.ReceiveAsync(bytes.AsMemory()) > 0)
            await socket.SendAsync(bytes.AsMemory());
    }
}

/// <summary>Baseline: sends blocks with one call each.</summary>
internal sealed class RawBlockWriter(string path) : RawConnectingPart(path)
{
    /// <summary>The first byte of the last block of a round.</summary>
    public const byte Last = 1;

    private readonly byte[] _block = new byte[BlockWriter.BlockBytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 1;
        _block[0] = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await RawSockets.SendAllAsync(Socket, _block);
            count++;
        }
        _block[0] = Last;
        await RawSockets.SendAllAsync(Socket, _block);
        await Socket.ReceiveAsync(_block.AsMemory(0, 1));
        return [count * (double)BlockWriter.BlockBytes / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}

/// <summary>Baseline: receives blocks into one buffer and answers the last of a round.</summary>
internal sealed class RawBlockReader(string path) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] block = new byte[BlockWriter.BlockBytes];
        while (await RawSockets.ReceiveAllAsync(socket, block))
        {
            if (block[0] == RawBlockWriter.Last)
                await socket.SendAsync(block.AsMemory(0, 1));
        }
    }
}

/// <summary>Baseline: sends time stamps with one call each.</summary>
internal sealed class RawStampWriter(string path, double rate) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] request = new byte[sizeof(double)];
        byte[] item = new byte[Stamp.Bytes];
        while (await RawSockets.ReceiveAllAsync(socket, request))
            await OpenLoop.RunAsync(rate, TimeSpan.FromSeconds(BitConverter.ToDouble(request)), SendAsync);

        ValueTask SendAsync(Stamp stamp)
        {
            MemoryMarshal.Write(item, in stamp);
            return SendItemAsync(socket, item);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SendItemAsync(Socket socket, byte[] item) => await RawSockets.SendAllAsync(socket, item);
}

/// <summary>Baseline: receives time stamps, as many a call as are there.</summary>
internal sealed class RawStampReader(string path) : RawConnectingPart(path)
{
    private const int BufferBytes = 64 * 1024;

    private readonly LatencyRound _round = new();
    private readonly byte[] _buffer = new byte[BufferBytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _round.Clear();
        await RawSockets.SendAllAsync(Socket, BitConverter.GetBytes(duration.TotalSeconds));
        int kept = 0;
        while (await Socket.ReceiveAsync(_buffer.AsMemory(kept)) is var count and > 0)
        {
            kept += count;
            int whole = kept - (kept % Stamp.Bytes);
            if (!Record(_buffer.AsSpan(0, whole)))
                return _round.ToFigures();
            _buffer.AsSpan(whole, kept - whole).CopyTo(_buffer);
            kept -= whole;
        }
        throw new EndOfStreamException("The writer left.");
    }

    private bool Record(ReadOnlySpan<byte> bytes)
    {
        foreach (Stamp stamp in MemoryMarshal.Cast<byte, Stamp>(bytes))
        {
            if (!_round.Record(stamp))
                return false;
        }
        return true;
    }
}

/// <summary>Baseline: connects, exchanges as many bytes as a greeting has, and closes, again and again.</summary>
internal sealed class RawGuest(string path) : Part
{
    public const int GreetingBytes = 256;

    private readonly byte[] _greeting = new byte[GreetingBytes];

    public override Task<double[]> RunAsync(TimeSpan duration) => RoundTrips.MeanAsync(VisitAsync, duration);

    private async Task VisitAsync()
    {
        using Socket socket = await RawSockets.ConnectAsync(path);
        await RawSockets.SendAllAsync(socket, _greeting);
        if (!await RawSockets.ReceiveAllAsync(socket, _greeting))
            throw new IOException("The host closed before it greeted.");
    }
}

/// <summary>Baseline: listens and answers every greeting.</summary>
internal sealed class RawHost(string path) : RawListeningPart(path)
{
    protected override async Task ServeAsync(Socket socket)
    {
        byte[] greeting = new byte[RawGuest.GreetingBytes];
        while (await RawSockets.ReceiveAllAsync(socket, greeting))
            await RawSockets.SendAllAsync(socket, greeting);
    }
}
