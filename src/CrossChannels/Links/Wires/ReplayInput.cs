namespace CrossChannels.Links;

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
