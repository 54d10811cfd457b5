using System.Threading.Channels;

namespace CrossChannels;

/// <summary>A <see cref="ChannelReader{T}"/> whose writer may live in another process.</summary>
/// <typeparam name="T">The item type.</typeparam>
public abstract class CrossChannelReader<T> : ChannelReader<T>, IAsyncDisposable, IDisposable
{
    private protected CrossChannelReader()
    {
    }

    /// <summary>Why the channel is over; <see langword="null"/> while it is not, or items are left to read.</summary>
    public abstract Ending? Ending { get; }

    /// <summary>Reads as many items as are here, without waiting.</summary>
    /// <returns>How many were read, 0 if none is here or <paramref name="destination"/> is empty.</returns>
    /// <exception cref="ItemUnreadableException">The first item could not be deserialized; it is consumed.</exception>
    public abstract int TryReadMany(Span<T> destination);

    /// <summary>Waits for the first item, then reads as many as are here.</summary>
    /// <returns>How many were read, at least 1 unless <paramref name="destination"/> is empty.</returns>
    /// <exception cref="ChannelClosedException">The channel is over.</exception>
    public abstract ValueTask<int> ReadManyAsync(Memory<T> destination, CancellationToken cancellationToken = default);

    /// <summary>Closes this end: what is unread is dropped, and the writer learns of it.</summary>
    /// <param name="reason">Shown to the writer in its <see cref="ReaderClosedException"/>; cut at 1,024 characters.</param>
    /// <returns>Done when the writer has confirmed it, or after <see cref="LinkSettings.CloseTimeout"/>.</returns>
    public abstract ValueTask CloseAsync(string? reason = null);

    /// <summary>Closes this end as <see cref="CloseAsync"/> does. Never throws.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Closes this end without waiting.</summary>
    public abstract void Dispose();
}
