using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CrossChannels.Transports;

/// <summary>Listens on a name within this process.</summary>
internal sealed class MemoryListener : ITransportListener
{
    private const int Backlog = 512;

    private static readonly ConcurrentDictionary<string, MemoryListener> s_listeners = new(StringComparer.Ordinal);

    private readonly Channel<TransportConnection> _waiting = Channel.CreateBounded<TransportConnection>(Backlog);

    private MemoryListener(ChannelAddress address) => Address = address;

    public ChannelAddress Address { get; }

    /// <summary>Takes the name.</summary>
    /// <exception cref="EndpointException">The name is taken.</exception>
    public static MemoryListener Listen(ChannelAddress address)
    {
        MemoryListener listener = new(address);
        return s_listeners.TryAdd(address.Name!, listener)
            ? listener
            : throw new EndpointException($"This process is already listening at mem:{address.Name}. Use another name.") { IsInUse = true };
    }

    /// <summary>Connects to the listener of a name; null if there is none, or too many wait to be accepted.</summary>
    public static TransportConnection? TryConnect(string name)
    {
        if (!s_listeners.TryGetValue(name, out MemoryListener? listener))
            return null;

        (TransportConnection near, TransportConnection far) = MemoryTransport.CreatePair($"mem:{name}");
        return listener._waiting.Writer.TryWrite(far) ? near : null;
    }

    public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException($"The listener at {Address} was disposed.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        s_listeners.TryRemove(new(Address.Name!, this));
        if (_waiting.Writer.TryComplete())
        {
            while (_waiting.Reader.TryRead(out TransportConnection? connection))
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
