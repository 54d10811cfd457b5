using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Cryptography;
using CrossChannels.Transports;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Reports;

/// <summary>Where the workers of this process report what was thrown in them. A report counts if it brings the token of a worker.</summary>
/// <remarks>
/// An abstract socket, where the transports use a socket in a directory of mode 0700: workers and pools need no directory that can be
/// written, and nothing is
/// left behind however this process ends. What the directory would keep out is kept out twice: a peer must be of this user, as the kernel
/// says, and must know
/// a token of 128 random bits, which goes to the worker over a pipe that only its parent has. A report is read as text, and has a limit.
/// </remarks>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable",
    Justification = "It lives as long as the process.")]
internal sealed class FailureServer
{
    private const int Backlog = 512;
    private const int TokenLength = 16;

    // Above it a report is none.
    private const int MaxLength = 1024 * 1024;

    private static readonly Lazy<FailureServer> s_instance = new(static () => new FailureServer());
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Guid, (string Where, Action<WorkerFailedException> Take)> _workers = new();
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

    /// <summary>Makes a token for a worker.</summary>
    /// <param name="where">Worker and method, for the message of what it reports.</param>
    /// <param name="take">Takes what it reports.</param>
    public Guid Add(string where, Action<WorkerFailedException> take)
    {
        var token = new Guid(RandomNumberGenerator.GetBytes(TokenLength));
        _workers[token] = (where, take);
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
                // Its name has no permissions: another user is sent away before anything is kept for it.
                if (PeerCredentials.Read(socket, withGroups: false)?.UserId != NativeMethods.GetUserId())
                    return;
                using var deadline = new CancellationTokenSource(s_patience);
                byte[]? frame = await ReadFrameAsync(socket, deadline.Token).ConfigureAwait(false);
                if (frame is null)
                    return;
                var reader = new MessageReader(frame);
                if (!_workers.TryGetValue(new Guid(reader.Bytes().Span), out (string Where, Action<WorkerFailedException> Take) worker))
                    return;
                worker.Take(FailureReport.Read(reader, worker.Where));
                await socket.SendAsync(new byte[1], deadline.Token).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // A report that breaks off or cannot be read is none; the exit code still tells.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static async Task<byte[]?> ReadFrameAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(int)];
        if (!await FillAsync(socket, length, cancellationToken).ConfigureAwait(false))
            return null;
        int size = BitConverter.ToInt32(length);
        if (size is < TokenLength or > MaxLength)
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
