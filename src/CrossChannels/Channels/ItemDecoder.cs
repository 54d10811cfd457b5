using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Channels;

/// <summary>Makes an item of the bytes that a reader has claimed.</summary>
internal static class ItemDecoder
{
    /// <summary>Deserializes and releases the slice, or hands it over where the item is its memory.</summary>
    /// <exception cref="ItemUnreadableException">The serializer threw.</exception>
    public static T Decode<T>(ItemCodec<T> codec, ItemSlice slice)
    {
        if (slice.IsNull)
        {
            return default(T) is null
                ? default!
                : throw new ItemUnreadableException($"A null item came, and {codec.Contract} is never null.");
        }
        if (typeof(T) == typeof(IMemoryOwner<byte>))
            return (T)(object)new PooledItem(slice);
        try
        {
            return !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && codec.IsPlain ? ReadPlain<T>(slice) : codec.Decode(slice.Memory);
        }
        catch (Exception e)
        {
            throw new ItemUnreadableException($"An item of {slice.Length:N0} bytes could not be read as {codec.Contract}: {PeerText.MessageOf(e)}", e);
        }
        finally
        {
            slice.Release();
        }
    }

    /// <summary>Takes the next item of a plain fixed size from a source that holds each by itself.</summary>
    /// <exception cref="ItemUnreadableException">It has another size. It is taken, and <paramref name="tag"/> set.</exception>
    public static bool TryTake<TSource, T>(TSource source, out T item, out DeliveryTag tag)
        where TSource : struct, IItemSource
    {
        item = default!;
        if (!source.TryClaim(out ItemSlice slice, out tag, int.MaxValue, out _))
            return false;
        try
        {
            item = ReadPlain<T>(slice);
        }
        catch (FormatException e)
        {
            throw new ItemUnreadableException($"An item could not be read: {e.Message}", e);
        }
        finally
        {
            slice.Release();
        }
        return true;
    }

    /// <exception cref="FormatException">It has another size.</exception>
    private static T ReadPlain<T>(ItemSlice slice)
    {
        RawLayout.CheckLength(typeof(T), Unsafe.SizeOf<T>(), slice.Length);
        return Unsafe.ReadUnaligned<T>(in MemoryMarshal.GetReference(slice.Span));
    }

    /// <summary>An item that stays in the memory in which it arrived until its reader disposes it.</summary>
    private sealed class PooledItem(ItemSlice slice) : IMemoryOwner<byte>
    {
        private int _isDisposed;

        public Memory<byte> Memory
        {
            get
            {
                ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
                return slice.Memory;
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                slice.Release();
        }
    }
}
