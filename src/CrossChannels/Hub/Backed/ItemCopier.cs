using System.Runtime.CompilerServices;
using CrossChannels.Channels;
using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>Copies items as if they had crossed to another process.</summary>
internal sealed class ItemCopier<T>(ItemCodec<T> codec, int maxItemBytes)
{
    public ItemCodec<T> Codec => codec;

    /// <exception cref="ItemTooLargeException">It is larger than the channel allows.</exception>
    /// <exception cref="ItemUnreadableException">It was written, and what was written cannot be read.</exception>
    /// <remarks>What the serializer throws passes through.</remarks>
    public T Copy(T item)
    {
        if (item is null || (!RuntimeHelpers.IsReferenceOrContainsReferences<T>() && codec.IsPlain))
            return item;
        if (codec.TryGetBytes(item, out ReadOnlyMemory<byte> bytes))
            return Decode(bytes);
        ItemBuffer buffer = ItemBuffer.Take();
        try
        {
            codec.Encode(item, buffer);
            return Decode(buffer.WrittenMemory);
        }
        finally
        {
            buffer.Return();
        }
    }

    private T Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > maxItemBytes)
            throw new ItemTooLargeException(bytes.Length, maxItemBytes, "this end's ItemOptions.MaxItemBytes");
        try
        {
            return codec.Decode(bytes);
        }
        catch (Exception e)
        {
            throw new ItemUnreadableException($"An item of {bytes.Length:N0} bytes could not be read as {codec.Contract}: {PeerText.MessageOf(e)}", e);
        }
    }
}
