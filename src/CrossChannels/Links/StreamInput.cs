namespace CrossChannels.Links;

/// <summary>A link's input from a stream: bytes go straight to where the link wants them.</summary>
internal sealed class StreamInput(Stream stream) : LinkInput
{
    public override ValueTask<int> ReadAsync(Memory<byte> destination) => stream.ReadAsync(destination);

    public override ValueTask CloseAsync() => stream.DisposeAsync();
}
