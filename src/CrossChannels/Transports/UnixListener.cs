using System.Net.Sockets;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Listens on a Unix socket that only this user can open, or its group where that is allowed.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixListener : SocketListener
{
    private static readonly TimeSpan s_closeLockTimeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly UnixFileStatus _identity;
    private readonly bool _allowGroup;

    private UnixListener(Socket socket, string path, UnixFileStatus identity, ChannelAddress address, bool allowGroup)
        : base(socket, address)
    {
        _path = path;
        _identity = identity;
        _allowGroup = allowGroup;
    }

    /// <summary>Listens at the path of the address.</summary>
    /// <exception cref="EndpointException">Its directory is not safe, or the path is taken.</exception>
    public static ValueTask<UnixListener> ListenAsync(ChannelAddress address, bool allowGroup, CancellationToken cancellationToken)
    {
        SocketDirectory.Check(Path.GetDirectoryName(address.Path!)!, allowGroup);
        return ListenAsync(address.Path!, address.Channel, allowGroup, cancellationToken);
    }

    /// <summary>Listens at the path of a bare name, in the first directory of this user that can be written.</summary>
    /// <exception cref="EndpointException">The directory is not safe, or the name is taken.</exception>
    public static ValueTask<UnixListener> ListenByNameAsync(ChannelAddress address, CancellationToken cancellationToken) =>
        ListenAtFirstAsync(SocketDirectory.SocketPaths(address.Name!), address.Channel, cancellationToken);

    /// <summary>Listens at the first of several paths whose directory can be written, if a process listens at none.</summary>
    internal static async ValueTask<UnixListener> ListenAtFirstAsync(
        string[] paths, string? channel, CancellationToken cancellationToken)
    {
        foreach (string elsewhere in paths.AsSpan(1))
        {
            if (SocketDirectory.IsOurs(Path.GetDirectoryName(elsewhere)!) && UnixSocketProbe.Probe(elsewhere) == UnixSocketState.Live)
                throw Taken(elsewhere);
        }

        EndpointException? first = null;
        foreach (string path in paths)
        {
            try
            {
                SocketDirectory.Create(Path.GetDirectoryName(path)!);
                UnixListener listener =
                    await ListenAsync(path, channel, allowGroup: false, cancellationToken).ConfigureAwait(false);
                await StaleSockets.RemoveUniqueOnceAsync(path).ConfigureAwait(false);
                return listener;
            }
            catch (EndpointException e) when (SystemFailure.IsUnwritable(e))
            {
                first ??= e;
            }
        }

        throw first!;
    }

    protected override TransportConnection Wrap(Socket accepted) =>
        new UnixConnection(accepted, _path, _allowGroup ? _identity.GroupId : null);

    protected override async ValueTask CloseAsync(Socket socket)
    {
        try
        {
            using (await DirectoryLock.AcquireAsync(Path.GetDirectoryName(_path)!, s_closeLockTimeout, _allowGroup, CancellationToken.None)
                .ConfigureAwait(false))
            {
                Unlink();
                socket.Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the lock, as where no file descriptor is left for it: no process that asks whether this socket lives takes its
            // path while it does.
            Unlink();
        }
    }

    // While the socket is open its inode is not given to another file.
    private void Unlink()
    {
        try
        {
            if (UnixFileStatus.Read(_path) is { } there && there.Inode == _identity.Inode && there.Device == _identity.Device)
                File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays as a dead one, which the next listener reclaims.
        }
    }

    private static async ValueTask<UnixListener> ListenAsync(
        string path, string? channel, bool allowGroup, CancellationToken cancellationToken)
    {
        string directory = Path.GetDirectoryName(path)!;
        using (await DirectoryLock.AcquireAsync(directory, DirectoryLock.Timeout, allowGroup, cancellationToken).ConfigureAwait(false))
        {
            Socket? socket = null;
            try
            {
                switch (UnixSocketProbe.Probe(path))
                {
                    case UnixSocketState.Live:
                        throw Taken(path);
                    case UnixSocketState.Dead:
                        File.Delete(path);
                        break;
                }

                socket = Bind(path);
                UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                File.SetUnixFileMode(path, allowGroup ? mode | UnixFileMode.GroupRead | UnixFileMode.GroupWrite : mode);
                UnixFileStatus identity = UnixFileStatus.Read(path) ?? throw new EndpointException($"'{path}' vanished while it was made.");
                socket.Listen(Backlog);
                return new UnixListener(socket, path, identity, ChannelAddress.Unix(path).WithChannel(channel), allowGroup);
            }
            catch (Exception e)
            {
                socket?.Dispose();
                if (e is not EndpointException && e is SocketException or IOException or UnauthorizedAccessException)
                    throw SystemFailure.Explain($"Cannot listen at unix:{path}", directory, e);

                throw;
            }
        }
    }

    // A Socket that bound a path deletes whatever is there when it is disposed or finalized. This one has not bound it.
    private static Socket Bind(string path)
    {
        Socket binder = DescriptorReserve.Check(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        try
        {
            binder.Bind(new UnixDomainSocketEndPoint(path));
        }
        catch
        {
            binder.Dispose();
            throw;
        }

        var handle = new SafeSocketHandle(binder.SafeHandle.DangerousGetHandle(), ownsHandle: true);
        binder.SafeHandle.SetHandleAsInvalid();
#pragma warning disable CA1816 // The handle has a new owner; finalizing the old one would delete the path.
        GC.SuppressFinalize(binder);
#pragma warning restore CA1816
        return new Socket(handle);
    }

    private static EndpointException Taken(string path) =>
        new($"A process is already listening at unix:{path}. It is left alone: use another name, or stop that process.") { IsInUse = true };
}
