using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Transports;

/// <summary>Passes descriptors with bytes over a Unix socket, as <c>SCM_RIGHTS</c>. Linux, 64 bit.</summary>
/// <remarks>A side that reads without asking for descriptors gets the bytes, and the system closes what came with them.</remarks>
[UnsupportedOSPlatform("windows")]
internal sealed partial class DescriptorSocket(Socket socket)
{
    /// <summary>More in one message are closed unread.</summary>
    public const int MostDescriptors = 2;

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
    /// <param name="descriptors">Go with the first of them, at most <see cref="MostDescriptors"/>; the other side gets duplicates.</param>
    /// <exception cref="IOException">The connection is broken, or not new.</exception>
    public unsafe void Send(ReadOnlySpan<byte> bytes, params ReadOnlySpan<SafeFileHandle> descriptors)
    {
        byte* control = stackalloc byte[ControlBytes];
        new Span<byte>(control, ControlBytes).Clear();
        int held = 0;
        try
        {
            fixed (byte* start = bytes)
            {
                var part = new Part { Start = start, Length = (nuint)bytes.Length };
                var message = new Message { Parts = &part, PartCount = 1 };
                if (!descriptors.IsEmpty)
                {
                    ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MostDescriptors, nameof(descriptors));
                    *(nuint*)control = (nuint)(HeadBytes + (sizeof(int) * descriptors.Length));
                    *(int*)(control + 8) = SocketLevel;
                    *(int*)(control + 12) = Rights;
                    foreach (SafeFileHandle descriptor in descriptors)
                    {
                        bool isHeld = false;
                        descriptor.DangerousAddRef(ref isHeld);
                        ((int*)(control + HeadBytes))[held++] = (int)descriptor.DangerousGetHandle();
                    }
                    message.Control = control;
                    message.ControlLength = HeadBytes + (((nuint)(sizeof(int) * held) + 7) & ~(nuint)7);
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
            foreach (SafeFileHandle descriptor in descriptors[..held])
                descriptor.DangerousRelease();
        }
    }

    /// <inheritdoc cref="Send"/>
    public void SendOne(ReadOnlySpan<byte> bytes, SafeFileHandle descriptor) => Send(bytes, descriptor);

    /// <summary>Waits for bytes, and for what comes with them.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public async ValueTask<Received> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
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
            if (TryReceive(buffer.Span, out Received received))
                return received;
        }
    }

    private unsafe bool TryReceive(Span<byte> buffer, out Received received)
    {
        received = default;
        byte* control = stackalloc byte[ControlBytes];
        fixed (byte* start = buffer)
        {
            var part = new Part { Start = start, Length = (nuint)buffer.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlLength = ControlBytes };
            int count = (int)ReceiveMessage(socket.SafeHandle, &message, DoNotWait | CloseOnExec);
            if (count < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is TryAgain or Interrupted ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
            List<SafeFileHandle>? descriptors = null;
            for (nuint at = 0; at + HeadBytes <= message.ControlLength;)
            {
                nuint length = *(nuint*)(control + at);
                if (length < HeadBytes || at + length > message.ControlLength)
                    break;
                bool isRights = *(int*)(control + at + 8) == SocketLevel && *(int*)(control + at + 12) == Rights;
                for (nuint one = HeadBytes; isRights && one + sizeof(int) <= length; one += sizeof(int))
                {
                    var descriptor = new SafeFileHandle(*(int*)(control + at + one), ownsHandle: true);
                    if (descriptors is { Count: MostDescriptors })
                        descriptor.Dispose();
                    else
                        (descriptors ??= []).Add(descriptor);
                }
                at += (length + 7) & ~(nuint)7;
            }
            received = new Received(count, descriptors is null ? [] : descriptors, (message.Flags & ControlTruncated) != 0);
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static unsafe partial nint SendMessage(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static unsafe partial nint ReceiveMessage(SafeHandle socket, Message* message, int flags);

    /// <summary>What came at once.</summary>
    /// <param name="Count">Of bytes; 0 at the end.</param>
    /// <param name="Descriptors">Those that came with them; the caller closes them.</param>
    /// <param name="IsLost">One was lost, for want of room.</param>
    public readonly record struct Received(int Count, IReadOnlyList<SafeFileHandle> Descriptors, bool IsLost);

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
