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
        _start = _start[count..];
        return new ValueTask<int>(count);
    }

    public override ValueTask CloseAsync() => rest.CloseAsync();
}
