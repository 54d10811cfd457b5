using System.Buffers;
using System.Threading.Channels;

namespace CrossChannels;

/// <summary>Byte items without an array for each: read into the caller's memory, or written from memory of the link.</summary>
public static class ByteChannelExtensions
{
    /// <summary>Reads the next item into <paramref name="destination"/>.</summary>
    /// <returns>How many bytes the item has; 0 for a null item.</returns>
    /// <exception cref="ArgumentException">The item does not fit; it is not consumed, and the message has its size.</exception>
    /// <exception cref="ChannelClosedException">The channel is over.</exception>
    public static ValueTask<int> ReadIntoAsync(this CrossChannelReader<byte[]> reader, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        CoreAsync(reader, destination, cancellationToken);

    /// <inheritdoc cref="ReadIntoAsync(CrossChannelReader{byte[]}, Memory{byte}, CancellationToken)"/>
    public static ValueTask<int> ReadIntoAsync(this CrossChannelReader<ReadOnlyMemory<byte>> reader, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        CoreAsync(reader, destination, cancellationToken);

    /// <summary>Rents memory for one item, to be filled and written to this writer. By shared memory it is where the reader finds it, and is not copied.</summary>
    /// <param name="writer">The writer that is to write it.</param>
    /// <param name="length">How many bytes the item has.</param>
    /// <returns>
    /// Exactly as many bytes, which may be those of an earlier item. A write that has accepted it takes it, and from then on its memory is not to be touched; dispose it in any case, which does nothing then.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static IMemoryOwner<byte> Rent(this CrossChannelWriter<IMemoryOwner<byte>> writer, int length)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return writer.Rent(length);
    }

    private static async ValueTask<int> CoreAsync<T>(CrossChannelReader<T> reader, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            if (reader.TryReadInto(destination, out int length))
                return length;
            if (length >= 0)
                throw new ArgumentException($"The next item has {length:N0} bytes, and the destination {destination.Length:N0}; it was not consumed.", nameof(destination));
            bool isOpen;
            try
            {
                isOpen = await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e) when (ReferenceEquals(e, reader.Ending?.Cause))
            {
                throw new ChannelClosedException($"The channel has been closed: {PeerText.MessageOf(e)}", e);
            }
            if (!isOpen)
                throw new ChannelClosedException("The channel has been closed: it is complete, and everything in it has been read.");
        }
    }
}
