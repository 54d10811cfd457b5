namespace CrossChannels.Links;

/// <summary>What a link has until its connection is known.</summary>
internal static class NoConnection
{
    public static readonly LinkPeer Peer = new("the other end of a pair, which is not joined yet", null, null, null);

    public static readonly LinkInput Input = new NoInput();

    public static readonly LinkOutput Output = new NoOutput();

    private sealed class NoInput : LinkInput
    {
        public override ValueTask<int> ReadAsync(Memory<byte> destination) => new(0);

        public override ValueTask CloseAsync() => default;
    }

    private sealed class NoOutput : LinkOutput
    {
        public override bool EndsWritesOnClose => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => default;

        public override ValueTask CloseAsync() => default;
    }
}
