using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>What a receive loop does with what it has read: first the greeting, then frames, then one end.</summary>
internal abstract class FrameSink
{
    /// <summary>Bytes of the largest item that may come in.</summary>
    public abstract int MaxItemBytes { get; }

    /// <summary>Something came.</summary>
    public abstract void OnBytes();

    /// <summary>The peer's preamble and hello.</summary>
    public abstract void OnHello(Preamble preamble, ReadOnlySpan<byte> hello);

    /// <summary>The start of an Items frame, and its extension block.</summary>
    /// <returns>The payload's length in bytes.</returns>
    public abstract int OnItemsHeader(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension);

    /// <summary>A whole payload.</summary>
    public abstract void OnItems(ReadOnlySpan<byte> payload, int count, ref WakeList wake);

    /// <summary>A whole payload in a segment of its own, which the sink takes over.</summary>
    public abstract void OnItems(Segment payload, int count, ref WakeList wake);

    /// <summary>A whole control frame; one of a type that is not known is only counted.</summary>
    public abstract void OnControl(in FrameHeader header, bool isKnown, ReadOnlySpan<byte> body, ref WakeList wake);

    /// <summary>The peer sends nothing more (null), or reading failed. Called once, the last of all calls.</summary>
    public abstract void OnEnd(Exception? error);
}
