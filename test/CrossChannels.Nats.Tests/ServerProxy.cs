using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrossChannels.Nats.Tests;

/// <summary>A way to a server on which a test holds back, or cuts, what is sent.</summary>
internal sealed class ServerProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _sync = new();
    private readonly List<ProxiedConnection> _connections = [];
    private readonly int _serverPort;
    private readonly Task _accepting;
    private bool _isHeld;

    public ServerProxy(NatsServer server)
        : this(server.Port)
    {
    }

    public ServerProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{Port}");

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many bytes the next connections carry, to the server and from it, before they are cut: each takes one from the front.</summary>
    public ConcurrentQueue<(long FromClient, long FromServer)> Cuts { get; } = [];

    /// <summary>The connection of the first client for its items.</summary>
    public ProxiedConnection Items => this[0];

    /// <summary>The connection of the first client for control.</summary>
    public ProxiedConnection Control => this[1];

    public int Count
    {
        get
        {
            lock (_sync)
                return _connections.Count;
        }
    }

    /// <summary>A connection, in the order in which they were made.</summary>
    public ProxiedConnection this[int index]
    {
        get
        {
            lock (_sync)
                return _connections[index];
        }
    }

    /// <summary>Nothing passes, on any connection, until <see cref="Release"/>; neither side is told.</summary>
    public void Hold()
    {
        lock (_sync)
        {
            _isHeld = true;
            foreach (ProxiedConnection connection in _connections)
                connection.Hold();
        }
    }

    /// <summary>What was held back passes, as what is sent anew after a break.</summary>
    public void Release()
    {
        lock (_sync)
        {
            _isHeld = false;
            foreach (ProxiedConnection connection in _connections)
                connection.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.Done("the end of the proxy");
        foreach (ProxiedConnection connection in _connections)
            connection.Cut();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            }
            catch (SocketException)
            {
                client.Dispose();
                server.Dispose();
                continue;
            }
            lock (_sync)
            {
                var connection = new ProxiedConnection(client, server, Cuts.TryDequeue(out (long, long) cut) ? cut : (long.MaxValue, long.MaxValue));
                _connections.Add(connection);
                if (_isHeld)
                    connection.Hold();
                connection.Start();
            }
        }
    }
}

/// <summary>One connection of a client to the server.</summary>
/// <param name="client">The client's side.</param>
/// <param name="server">The server's side.</param>
/// <param name="cutAfter">It is cut behind that many bytes in either direction.</param>
internal sealed class ProxiedConnection(Socket client, Socket server, (long FromClient, long FromServer) cutAfter)
{
    private int _isCut;
    private bool _isKeptByServer;

    /// <summary>What the client sends.</summary>
    public ProxiedDirection FromClient { get; } = new(client, server, cutAfter.FromClient);

    /// <summary>What the server sends.</summary>
    public ProxiedDirection FromServer { get; } = new(server, client, cutAfter.FromServer);

    public bool IsCut => Volatile.Read(ref _isCut) != 0;

    public void Start()
    {
        foreach (ProxiedDirection direction in (ProxiedDirection[])[FromClient, FromServer])
            _ = direction.RunAsync().ContinueWith(_ => CutUnlessKept(), TaskScheduler.Default);
    }

    /// <summary>Ends it for the client alone: the server does not hear of that, and sends on into nothing, until it is cut.</summary>
    public void CutClient()
    {
        Volatile.Write(ref _isKeptByServer, true);
        client.Close(0);
    }

    public void Hold()
    {
        FromClient.Hold();
        FromServer.Hold();
    }

    public void Release()
    {
        FromClient.Release();
        FromServer.Release();
    }

    /// <summary>Ends it at once, with what is on the way.</summary>
    public void Cut()
    {
        if (Interlocked.Exchange(ref _isCut, 1) != 0)
            return;
        Release();
        client.Close(0);
        server.Close(0);
    }

    private void CutUnlessKept()
    {
        if (!Volatile.Read(ref _isKeptByServer))
            Cut();
    }
}

/// <summary>One direction of a connection.</summary>
/// <param name="from">Where it comes from.</param>
/// <param name="to">Where it goes.</param>
/// <param name="cutAfter">It ends behind that many bytes.</param>
internal sealed class ProxiedDirection(Socket from, Socket to, long cutAfter)
{
    private readonly Lock _sync = new();
    private TaskCompletionSource? _held;
    private long _holdAt;
    private long _read;
    private long _sent;

    /// <summary>Bytes that were sent and have not arrived.</summary>
    public long OnTheWay => Interlocked.Read(ref _read) - Interlocked.Read(ref _sent);

    /// <summary>Holds back what comes from now on, or behind so many bytes more.</summary>
    public void Hold(long after = 0)
    {
        lock (_sync)
        {
            _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _holdAt = Interlocked.Read(ref _read) + after;
        }
    }

    public void Release()
    {
        TaskCompletionSource? held;
        lock (_sync)
            (held, _held) = (_held, null);
        held?.TrySetResult();
    }

    /// <summary>Carries bytes until either side closes, or it is cut.</summary>
    public async Task RunAsync()
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            int count;
            while (_sent < cutAfter && (count = await from.ReceiveAsync(buffer)) > 0)
            {
                Interlocked.Add(ref _read, count);
                Task? held;
                lock (_sync)
                    held = _read > _holdAt ? _held?.Task : null;
                if (held is not null)
                    await held;
                count = (int)Math.Min(count, cutAfter - _sent);
                for (int sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                Interlocked.Add(ref _sent, count);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either side is closed.
        }
    }
}
