using System.Net.Sockets;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Listens on a Unix socket that only this user can open.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixListener : SocketListener
{
    private static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly UnixFileStatus _identity;

    private UnixListener(Socket socket, string path, UnixFileStatus identity, ChannelAddress address)
        : base(socket, address)
    {
        _path = path;
        _identity = identity;
    }

    /// <summary>Listens at the path of the address.</summary>
    /// <exception cref="EndpointException">Its directory is not safe, or the path is taken.</exception>
    public static ValueTask<UnixListener> ListenAsync(ChannelAddress address, CancellationToken cancellationToken)
    {
        EndpointDirectory.Check(Path.GetDirectoryName(address.Path!)!);
        return ListenAsync(address.Path!, address, cancellationToken);
    }

    /// <summary>Listens at the path of a bare name, in a directory of this user.</summary>
    /// <exception cref="EndpointException">The directory is not safe, or the name is taken.</exception>
    public static async ValueTask<UnixListener> ListenByNameAsync(ChannelAddress address, CancellationToken cancellationToken)
    {
        string[] paths = EndpointDirectory.SocketPaths(address.Name!);
        foreach (string elsewhere in paths.AsSpan(1))
        {
            if (EndpointDirectory.IsOurs(Path.GetDirectoryName(elsewhere)!) && UnixEndpoint.Probe(elsewhere) == UnixEndpointState.Live)
            {
                throw Taken(elsewhere);
            }
        }

        EndpointDirectory.Create(Path.GetDirectoryName(paths[0])!);
        UnixListener listener = await ListenAsync(paths[0], Resolved(address, paths[0]), cancellationToken).ConfigureAwait(false);
        await StaleSockets.RemoveUniqueOnceAsync(paths[0]).ConfigureAwait(false);
        return listener;
    }

    protected override TransportConnection Wrap(Socket accepted) => new UnixConnection(accepted, _path);

    // Under the lock, so that a successor has not taken the path between the look and the unlinking. Where the lock
    // cannot be had the socket stays as a dead one, which the next listener reclaims.
    protected override async ValueTask CloseAsync(Socket socket)
    {
        try
        {
            using (await DirectoryLock.AcquireAsync(Path.GetDirectoryName(_path)!, s_lockTimeout, CancellationToken.None).ConfigureAwait(false))
            {
                // While the socket is open its inode is not given to another file.
                if (UnixFileStatus.Read(_path) is { } there && there.Inode == _identity.Inode && there.Device == _identity.Device)
                {
                    File.Delete(_path);
                }

                socket.Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static async ValueTask<UnixListener> ListenAsync(string path, ChannelAddress resolved, CancellationToken cancellationToken)
    {
        using (await DirectoryLock.AcquireAsync(Path.GetDirectoryName(path)!, s_lockTimeout, cancellationToken).ConfigureAwait(false))
        {
            Socket? socket = null;
            try
            {
                switch (UnixEndpoint.Probe(path))
                {
                    case UnixEndpointState.Live:
                        throw Taken(path);
                    case UnixEndpointState.Dead:
                        File.Delete(path);
                        break;
                }

                socket = Bind(path);
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                UnixFileStatus identity = UnixFileStatus.Read(path) ?? throw new EndpointException($"'{path}' vanished while it was made.");
                socket.Listen(Backlog);
                return new UnixListener(socket, path, identity, resolved);
            }
            catch (Exception e)
            {
                socket?.Dispose();
                if (e is not EndpointException && e is SocketException or IOException or UnauthorizedAccessException)
                {
                    throw new EndpointException($"Cannot listen at unix:{path}: {e.Message}", e);
                }

                throw;
            }
        }
    }

    /// <summary>A path alone would not say that items go by shared memory.</summary>
    private static ChannelAddress Resolved(ChannelAddress address, string path) =>
        address.Scheme == ChannelScheme.SharedMemory ? address : ChannelAddress.Unix(path).WithChannel(address.Channel);

    // A Socket that bound a path deletes whatever is there when it is disposed or finalized. This one has not bound it.
    private static Socket Bind(string path)
    {
        Socket binder = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            binder.Bind(new UnixDomainSocketEndPoint(path));
        }
        catch
        {
            binder.Dispose();
            throw;
        }

        SafeSocketHandle handle = new(binder.SafeHandle.DangerousGetHandle(), ownsHandle: true);
        binder.SafeHandle.SetHandleAsInvalid();
#pragma warning disable CA1816 // The handle has a new owner; finalizing the old one would delete the path.
        GC.SuppressFinalize(binder);
#pragma warning restore CA1816
        return new Socket(handle);
    }

    private static EndpointException Taken(string path) =>
        new($"A process is already listening at unix:{path}. It is left alone: use another name, or stop that process.");
}
