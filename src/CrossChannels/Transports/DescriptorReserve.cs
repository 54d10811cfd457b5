using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CrossChannels.Transports;

/// <summary>Keeps the last file descriptors of the process for the runtime.</summary>
/// <remarks>
/// The runtime needs one to start a thread of its pool, and ends the process ("Out of memory.") where there is none: an error that no
/// caller can catch. The system gives the lowest free number, and so the number of a new descriptor tells how many are left.
/// </remarks>
internal static class DescriptorReserve
{
    private const int Most = 16;

    /// <summary>The socket, if it is not one of the last descriptors.</summary>
    /// <exception cref="SocketException">It is, and has been disposed.</exception>
    public static Socket Check(Socket socket)
    {
        if (!IsOfReserve(socket.SafeHandle))
            return socket;

        socket.Dispose();
        throw new SocketException((int)SocketError.TooManyOpenSockets);
    }

    /// <summary>The file, if it is not one of the last descriptors.</summary>
    /// <exception cref="IOException">It is, and has been disposed.</exception>
    public static FileStream Check(FileStream file)
    {
        if (!IsOfReserve(file.SafeFileHandle))
            return file;

        file.Dispose();
        throw new IOException("The last file descriptors of this process are kept for the runtime.", SystemFailure.OutOfFiles);
    }

    /// <summary>Closes a descriptor that is one of the last.</summary>
    /// <exception cref="IOException">It was.</exception>
    public static void Check(SafeHandle handle)
    {
        if (!IsOfReserve(handle))
            return;

        handle.Dispose();
        throw new IOException("The last file descriptors of this process are kept for the runtime.");
    }

    private static bool IsOfReserve(SafeHandle handle)
    {
        if (OperatingSystem.IsWindows() || NativeMethods.GetLimit(NativeMethods.LimitOfFiles, out NativeMethods.Limit limit) != 0)
            return false;

        nuint reserve = Math.Clamp(limit.Current / Most, 4, Most);
        return limit.Current > reserve && (nuint)handle.DangerousGetHandle() >= limit.Current - reserve;
    }
}
