using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Who is at the other end of a link, as far as that is known: from the transport, from its hello, and from whoever watches its process.</summary>
internal sealed class RemotePeer(LinkPeer connected)
{
    private LinkPeer _connected = connected;
    private PeerInfo? _info;
    private ExitWatch? _exit;

    /// <summary>What the transport knows.</summary>
    public LinkPeer Connected => _connected;

    public string Endpoint => _connected.Endpoint;

    /// <summary>Null until it has greeted.</summary>
    public PeerInfo? Info => Volatile.Read(ref _info);

    /// <summary>For messages. The endpoint already names the process where the kernel tells it.</summary>
    public string Name => _connected.ProcessId is null && _info is { ProcessId: int id } ? $"process {id} at {Endpoint}" : Endpoint;

    /// <summary>The watch of its process, if there is one.</summary>
    public ExitWatch? Exit => _exit ?? ExitWatch.Find(_connected.ProcessId ?? _info?.ProcessId);

    /// <summary>The connection is here, of a link that waited for it.</summary>
    public void Connect(LinkPeer peer) => _connected = peer;

    /// <summary>Its hello is accepted.</summary>
    public void Meet(int version, Hello hello, bool isSharedMemory)
    {
        _exit = ExitWatch.Find(_connected.ProcessId ?? hello.ProcessId);
        string? library = PeerText.Show(hello.LibraryVersion, maxLength: 100);
        int? process = _connected.ProcessId ?? hello.ProcessId;
        Volatile.Write(ref _info, new PeerInfo(Endpoint, process, _connected.UserId, version, library) { IsSharedMemory = isSharedMemory });
    }

    /// <summary>The loss of the connection to it, with the exit code of its process where that is known.</summary>
    public ConnectionLostException Lost(string how, Exception? inner = null) => ExitWatch.Lost(Exit, how, inner);
}
