using System.Runtime.InteropServices;

namespace EndToEnd.Parts;

/// <summary>The few calls of libzmq that a PUSH/PULL pair needs, as its C header declares them.</summary>
internal static partial class ZmqLibrary
{
    public const int Pull = 7;
    public const int Push = 8;
    public const int SendHighWaterMark = 23;
    public const int ReceiveHighWaterMark = 24;

    private const string Name = "libzmq.so.5";

    /// <summary>Why it cannot be used; null if it can.</summary>
    public static string? WhyNot()
    {
        if (!NativeLibrary.TryLoad(Name, out nint library))
            return $"{Name} is not installed";
        NativeLibrary.Free(library);
        return null;
    }

    [LibraryImport(Name, EntryPoint = "zmq_ctx_new")]
    internal static partial nint NewContext();

    [LibraryImport(Name, EntryPoint = "zmq_socket")]
    internal static partial nint NewSocket(nint context, int type);

    [LibraryImport(Name, EntryPoint = "zmq_setsockopt")]
    internal static partial int SetOption(nint socket, int option, in int value, nuint bytes);

    [LibraryImport(Name, EntryPoint = "zmq_bind", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Bind(nint socket, string endpoint);

    [LibraryImport(Name, EntryPoint = "zmq_connect", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Connect(nint socket, string endpoint);

    [LibraryImport(Name, EntryPoint = "zmq_send")]
    internal static partial int Send(nint socket, in long item, nuint bytes, int flags);

    [LibraryImport(Name, EntryPoint = "zmq_recv")]
    internal static partial int Receive(nint socket, out long item, nuint bytes, int flags);

    [LibraryImport(Name, EntryPoint = "zmq_errno")]
    internal static partial int LastError();
}
