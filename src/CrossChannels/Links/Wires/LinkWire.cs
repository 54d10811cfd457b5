namespace CrossChannels.Links;

/// <summary>Where a link's bytes come from.</summary>
internal abstract class LinkInput
{
    /// <summary>Reads at least one byte; 0 means that the peer sends nothing more. One read at a time.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> destination);

    /// <summary>Ends a pending read and every later one.</summary>
    public abstract ValueTask CloseAsync();
}

/// <summary>Where a link's bytes go.</summary>
internal abstract class LinkOutput
{
    /// <summary>Whether closing ends a write that is under way, so that memory of a caller's may be lent to it.</summary>
    public abstract bool EndsWritesOnClose { get; }

    /// <summary>Writes all bytes and passes them on. Does not block; one write at a time; the memory is free again when it is done.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Tells the peer that nothing more comes, where the transport can, and ends every later write.</summary>
    public abstract ValueTask CloseAsync();
}

/// <summary>An input of which the start was read already, and is read again.</summary>
internal sealed class ReplayInput(ReadOnlyMemory<byte> start, LinkInput rest) : LinkInput
{
    private ReadOnlyMemory<byte> _start = start;

    public override ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        if (_start.IsEmpty)
            return rest.ReadAsync(destination);
        int count = Math.Min(_start.Length, destination.Length);
        _start[..count].CopyTo(destination);
        // An empty part of them would keep all of them alive for as long as the connection.
        _start = count < _start.Length ? _start[count..] : default;
        return new ValueTask<int>(count);
    }

    public override ValueTask CloseAsync() => rest.CloseAsync();
}

/// <summary>One connection, as a link uses it.</summary>
/// <param name="Input">What comes in.</param>
/// <param name="Output">What goes out.</param>
/// <param name="Peer">Who is at the other end.</param>
internal sealed record LinkWire(LinkInput Input, LinkOutput Output, LinkPeer Peer);
