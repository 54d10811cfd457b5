using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Transports;

/// <summary>Passes a descriptor with bytes over a Unix socket, as <c>SCM_RIGHTS</c>. Linux, 64 bit.</summary>
/// <remarks>A side that reads without asking for descriptors gets the bytes, and the system closes what came with them.</remarks>
[UnsupportedOSPlatform("windows")]
internal sealed partial class DescriptorSocket(Socket socket)
{
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int CloseOnExec = 0x40000000;
    private const int ControlTruncated = 8;
    private const int HeadBytes = 16;
    private const int ControlBytes = 64;
    private const int TryAgain = 11;
    private const int Interrupted = 4;

    /// <summary>Sends the first bytes of a connection, which its empty buffer takes at once.</summary>
    /// <param name="bytes">At least one.</param>
    /// <param name="descriptor">Goes with the first of them; the other side gets a duplicate.</param>
    /// <exception cref="IOException">The connection is broken, or not new.</exception>
    public unsafe void Send(ReadOnlySpan<byte> bytes, SafeFileHandle? descriptor)
    {
        byte* control = stackalloc byte[ControlBytes];
        new Span<byte>(control, ControlBytes).Clear();
        bool isHeld = false;
        try
        {
            fixed (byte* start = bytes)
            {
                var part = new Part { Start = start, Length = (nuint)bytes.Length };
                var message = new Message { Parts = &part, PartCount = 1 };
                if (descriptor is not null)
                {
                    descriptor.DangerousAddRef(ref isHeld);
                    *(nuint*)control = HeadBytes + sizeof(int);
                    *(int*)(control + 8) = SocketLevel;
                    *(int*)(control + 12) = Rights;
                    *(int*)(control + HeadBytes) = (int)descriptor.DangerousGetHandle();
                    message.Control = control;
                    message.ControlLength = HeadBytes + 8;
                }
                nint sent;
                do
                    sent = SendMessage(socket.SafeHandle, &message, DoNotWait | NoSignal);
                while (sent < 0 && Marshal.GetLastPInvokeError() == Interrupted);
                if (sent != bytes.Length)
                    throw new IOException($"The greeting could not be sent: {(sent < 0 ? Marshal.GetLastPInvokeErrorMessage() : $"{sent} of {bytes.Length} bytes went")}.");
            }
        }
        finally
        {
            if (isHeld)
                descriptor!.DangerousRelease();
        }
    }

    /// <summary>Waits for bytes, and for what comes with them.</summary>
    /// <returns>How many bytes came, 0 at the end; a descriptor if one came, which the caller closes; whether one was lost for want of room.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    public async ValueTask<(int Count, SafeFileHandle? Descriptor, bool IsLost)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                throw new IOException(e.Message, e);
            }
            if (TryReceive(buffer.Span, out int count, out SafeFileHandle? descriptor, out bool isLost))
                return (count, descriptor, isLost);
        }
    }

    private unsafe bool TryReceive(Span<byte> buffer, out int count, out SafeFileHandle? descriptor, out bool isLost)
    {
        descriptor = null;
        isLost = false;
        byte* control = stackalloc byte[ControlBytes];
        fixed (byte* start = buffer)
        {
            var part = new Part { Start = start, Length = (nuint)buffer.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlLength = ControlBytes };
            count = (int)ReceiveMessage(socket.SafeHandle, &message, DoNotWait | CloseOnExec);
            if (count < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is TryAgain or Interrupted ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
            isLost = (message.Flags & ControlTruncated) != 0;
            for (nuint at = 0; at + HeadBytes <= message.ControlLength;)
            {
                nuint length = *(nuint*)(control + at);
                if (length < HeadBytes || at + length > message.ControlLength)
                    break;
                bool isRights = *(int*)(control + at + 8) == SocketLevel && *(int*)(control + at + 12) == Rights;
                for (nuint one = HeadBytes; isRights && one + sizeof(int) <= length; one += sizeof(int))
                {
                    // Whoever sends several has them closed here, but for the last.
                    descriptor?.Dispose();
                    descriptor = new SafeFileHandle(*(int*)(control + at + one), ownsHandle: true);
                }
                at += (length + 7) & ~(nuint)7;
            }
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static unsafe partial nint SendMessage(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static unsafe partial nint ReceiveMessage(SafeHandle socket, Message* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Part
    {
        public byte* Start;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Message
    {
        public void* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
