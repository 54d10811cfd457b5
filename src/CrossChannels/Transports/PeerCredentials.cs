using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CrossChannels.Transports;

/// <summary>Who is at the other end of a Unix socket, as the kernel says.</summary>
/// <param name="UserId">Effective user id, when it connected or began to listen.</param>
/// <param name="ProcessId">Process id at that time, where the system tells.</param>
internal readonly record struct PeerCredentials(uint UserId, int? ProcessId)
{
    /// <summary>Asks the kernel; null where it does not tell.</summary>
    public static PeerCredentials? Read(Socket socket)
    {
        try
        {
            return OperatingSystem.IsLinux() ? ReadLinux(socket)
                : OperatingSystem.IsMacOS() ? ReadMac(socket)
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    // struct ucred: pid, uid, gid.
    private static PeerCredentials? ReadLinux(Socket socket)
    {
        Span<int> credentials = stackalloc int[3];
        int option = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? 21 : 17; // SO_PEERCRED
        int length = socket.GetRawSocketOption(1 /* SOL_SOCKET */, option, MemoryMarshal.AsBytes(credentials));
        return length == 12 ? new((uint)credentials[1], credentials[0] > 0 ? credentials[0] : null) : null;
    }

    // struct xucred: version, uid, count of groups, 16 groups.
    private static PeerCredentials? ReadMac(Socket socket)
    {
        Span<uint> credentials = stackalloc uint[19];
        int length = socket.GetRawSocketOption(0 /* SOL_LOCAL */, 1 /* LOCAL_PEERCRED */, MemoryMarshal.AsBytes(credentials));
        return length >= 8 && credentials[0] == 0 ? new(credentials[1], null) : null;
    }
}
