using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CrossChannels.Transports;

/// <summary>Which process is at the other end of a Unix socket, as the kernel says.</summary>
/// <param name="UserId">Effective user id, when it connected or began to listen.</param>
/// <param name="ProcessId">Process id at that time, where the system reports it.</param>
/// <param name="Groups">Its groups at that time, as far as the system reports them; empty if they were not asked for.</param>
internal readonly record struct PeerCredentials(uint UserId, int? ProcessId, uint[] Groups)
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int MostGroups = 65_536; // NGROUPS_MAX

    /// <summary>Asks the kernel; null where it does not report it.</summary>
    public static PeerCredentials? Read(Socket socket, bool withGroups)
    {
        try
        {
            return OperatingSystem.IsLinux() ? ReadLinux(socket, withGroups)
                : OperatingSystem.IsMacOS() ? ReadMac(socket)
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    // struct ucred: pid, uid, gid.
    private static PeerCredentials? ReadLinux(Socket socket, bool withGroups)
    {
        Span<int> credentials = stackalloc int[3];
        bool isPower = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le;
        int length = socket.GetRawSocketOption(SocketLevel, isPower ? 21 : 17 /* SO_PEERCRED */, MemoryMarshal.AsBytes(credentials));
        if (length != 12)
            return null;

        uint[] groups = withGroups ? [(uint)credentials[2], .. ReadLinuxGroups(socket)] : [];
        return new((uint)credentials[1], credentials[0] > 0 ? credentials[0] : null, groups);
    }

    private static uint[] ReadLinuxGroups(Socket socket)
    {
        foreach (int room in (int[])[64, MostGroups])
        {
            uint[] groups = new uint[room];
            try
            {
                int length = socket.GetRawSocketOption(SocketLevel, 59 /* SO_PEERGROUPS */, MemoryMarshal.AsBytes(groups.AsSpan()));
                return groups[..(length / sizeof(uint))];
            }
            catch (SocketException)
            {
                // More groups than there was room for, or a kernel that does not know the question.
            }
        }

        return [];
    }

    // struct xucred: version, uid, count of groups (a short), 16 groups.
    private static PeerCredentials? ReadMac(Socket socket)
    {
        Span<uint> credentials = stackalloc uint[19];
        int length = socket.GetRawSocketOption(0 /* SOL_LOCAL */, 1 /* LOCAL_PEERCRED */, MemoryMarshal.AsBytes(credentials));
        return length >= 8 && credentials[0] == 0
            ? new(credentials[1], null, credentials.Slice(3, Math.Min((int)(credentials[2] & 0xFFFF), 16)).ToArray())
            : null;
    }
}
