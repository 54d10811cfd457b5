using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CrossChannels.Workers.Reports;

/// <summary>
/// Where the workers of this process report what was thrown in them: a socket with a name that is no file, so that nothing is left of it however this
/// process ends. A report counts if it brings the token of a worker.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable", Justification = "It lives as long as the process.")]
internal sealed class FailureServer
{
    private const int Backlog = 512;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int PeerCredentialsOnPower = 21;

    private static readonly Lazy<FailureServer> s_instance = new(static () => new FailureServer());
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Guid, Action<WorkerFailedException>> _workers = new();
    private readonly Socket _socket;

    private FailureServer()
    {
        Endpoint = $"\0crosschannels-workers-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Bind(new UnixDomainSocketEndPoint(Endpoint));
        _socket.Listen(Backlog);
        _ = AcceptAllAsync();
    }

    public static FailureServer Instance => s_instance.Value;

    /// <summary>What the workers connect to.</summary>
    public string Endpoint { get; }

    /// <summary>Makes a token for a worker; what it reports goes to <paramref name="take"/>.</summary>
    public Guid Add(Action<WorkerFailedException> take)
    {
        var token = new Guid(RandomNumberGenerator.GetBytes(FailureReport.TokenLength));
        _workers[token] = take;
        return token;
    }

    public void Remove(Guid token) => _workers.TryRemove(token, out _);

    private async Task AcceptAllAsync()
    {
        while (true)
        {
            try
            {
                _ = TakeReportAsync(await _socket.AcceptAsync().ConfigureAwait(false));
            }
            catch (SocketException)
            {
                // Out of files, for example: those that wait in the backlog get their turn.
                await Task.Delay(s_pause).ConfigureAwait(false);
            }
        }
    }

    private async Task TakeReportAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                if (!IsOwn(socket))
                    return;
                using var deadline = new CancellationTokenSource(s_patience);
                byte[]? frame = await ReadFrameAsync(socket, deadline.Token).ConfigureAwait(false);
                if (frame is null)
                    return;
                (Guid token, WorkerFailedException exception) = FailureReport.Parse(frame);
                if (!_workers.TryGetValue(token, out Action<WorkerFailedException>? take))
                    return;
                take(exception);
                await socket.SendAsync(new byte[1], deadline.Token).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // A report that breaks off or cannot be read is none; the exit code still tells.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>A name that is no file has no permissions: whoever is not this user is sent away before anything is kept for it.</summary>
    private static bool IsOwn(Socket socket)
    {
        // Process, user, group.
        Span<int> credentials = stackalloc int[3];
        int option = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? PeerCredentialsOnPower : PeerCredentials;
        socket.GetRawSocketOption(SocketLevel, option, MemoryMarshal.AsBytes(credentials));
        return credentials[1] == NativeMethods.GetUserId();
    }

    private static async Task<byte[]?> ReadFrameAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(int)];
        if (!await FillAsync(socket, length, cancellationToken).ConfigureAwait(false))
            return null;
        int size = BitConverter.ToInt32(length);
        if (size is < FailureReport.TokenLength or > FailureReport.MaxLength)
            return null;
        byte[] frame = new byte[size];
        return await FillAsync(socket, frame, cancellationToken).ConfigureAwait(false) ? frame : null;
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            int count = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return false;
            buffer = buffer[count..];
        }
        return true;
    }
}
