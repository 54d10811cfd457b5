using System.Runtime.InteropServices;
using EndToEnd.Peers;

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

/// <summary>One socket of libzmq without a limit of messages. Calls block; it lives as long as the process.</summary>
internal sealed class ZmqSocket
{
    private static readonly nint s_context = ZmqLibrary.NewContext();

    private readonly nint _socket;

    private ZmqSocket(int type)
    {
        _socket = ZmqLibrary.NewSocket(s_context, type);
        Check(ZmqLibrary.SetOption(_socket, ZmqLibrary.SendHighWaterMark, 0, sizeof(int)));
        Check(ZmqLibrary.SetOption(_socket, ZmqLibrary.ReceiveHighWaterMark, 0, sizeof(int)));
    }

    public static ZmqSocket Bind(int type, string endpoint)
    {
        var socket = new ZmqSocket(type);
        Check(ZmqLibrary.Bind(socket._socket, endpoint));
        return socket;
    }

    public static ZmqSocket Connect(int type, string endpoint)
    {
        var socket = new ZmqSocket(type);
        Check(ZmqLibrary.Connect(socket._socket, endpoint));
        return socket;
    }

    public void Send(long item) => Check(ZmqLibrary.Send(_socket, item, sizeof(long), 0));

    public long Receive()
    {
        Check(ZmqLibrary.Receive(_socket, out long item, sizeof(long), 0));
        return item;
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new IOException($"libzmq failed with error {ZmqLibrary.LastError()}.");
    }
}

/// <summary>Baseline: pushes numbers, one message each.</summary>
internal sealed class ZmqWriter(string path) : Part
{
    private ZmqSocket? _items;
    private ZmqSocket? _drained;

    public static string Endpoint(string path) => "ipc://" + path;

    /// <summary>Where the reader tells that it has read the last of a round.</summary>
    public static string DrainedEndpoint(string path) => Endpoint(path) + "-drained";

    public override Task StartAsync()
    {
        _items = ZmqSocket.Connect(ZmqLibrary.Push, Endpoint(path));
        _drained = ZmqSocket.Connect(ZmqLibrary.Pull, DrainedEndpoint(path));
        return Task.CompletedTask;
    }

    public override Task<double[]> RunAsync(TimeSpan duration) =>
        Task.FromResult(ItemLoops.Write(_items!.Send, 1L, ItemLoops.Last, () => _drained!.Receive(), duration));
}

/// <summary>Baseline: pulls numbers and answers the last of a round.</summary>
internal sealed class ZmqReader(string path) : Part
{
    public override Task StartAsync()
    {
        ZmqSocket items = ZmqSocket.Bind(ZmqLibrary.Pull, ZmqWriter.Endpoint(path));
        ZmqSocket drained = ZmqSocket.Bind(ZmqLibrary.Push, ZmqWriter.DrainedEndpoint(path));
        RunInBackground(() =>
        {
            while (true)
            {
                if (items.Receive() == ItemLoops.Last)
                    drained.Send(1);
            }
        });
        return Task.CompletedTask;
    }
}
