using System.Threading.Channels;

namespace CrossChannels;

/// <summary>Reads byte items into the caller's memory, without an array for each item.</summary>
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
