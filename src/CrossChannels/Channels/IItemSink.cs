using CrossChannels.Links;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Channels;

/// <summary>Where a writer's items go, as bytes. Implemented by structs, so that every call is direct.</summary>
internal interface IItemSink
{
    /// <summary>Why nothing more is accepted; null while something is.</summary>
    Closure? Closure { get; }

    /// <summary>Done when nothing more is accepted; never faults.</summary>
    Task<Ending> Ended { get; }

    long UnreceivedCount { get; }

    /// <summary>Whether it is worth while to serialize an item; a hint.</summary>
    bool MayAccept { get; }

    /// <summary>Whether <see cref="AcceptLargeAsync"/> may be used.</summary>
    bool MayLendLarge { get; }

    /// <summary>Accepts one item of a plain fixed size.</summary>
    bool TryAccept<TItem>(TItem item);

    /// <summary>Accepts as many items of a plain fixed size as there is room for.</summary>
    int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items);

    /// <summary>Accepts one serialized item.</summary>
    /// <exception cref="ItemTooLargeException">No reader will ever take it.</exception>
    bool TryAccept(ReadOnlySpan<byte> item, bool isNull);

    /// <summary>Accepts one serialized item, or waits until there is room.</summary>
    ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken);

    /// <summary>Accepts one large item that is its own bytes and writes it from the caller's memory; done when it is written.</summary>
    ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item);

    /// <summary>Rents memory that need not be copied when it is written.</summary>
    /// <param name="length">In bytes, at least 1.</param>
    /// <param name="writer">Who is to take it.</param>
    /// <returns>Null where there is none.</returns>
    RentedMemory? TryRent(int length, object writer) => null;

    /// <summary>Accepts one item in memory that the writer rented, which is copied where it was not rented from this sink.</summary>
    bool TryAccept(RentedMemory item) => TryAccept(item.GetSpan(), isNull: false);

    /// <inheritdoc cref="TryAccept(RentedMemory)"/>
    ValueTask AcceptAsync(RentedMemory item, CancellationToken cancellationToken) => AcceptAsync(item.GetSpan(), isNull: false, cancellationToken);

    /// <summary>Waits until there may be room.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);

    /// <summary>Waits until every item accepted so far is received, or processed.</summary>
    ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken);

    bool TryComplete(Exception? error);

    /// <summary>Leaves, and waits until what was accepted is received.</summary>
    /// <returns>An upper bound of the items that were not.</returns>
    ValueTask<long> CloseAsync(TimeSpan? timeout);

    /// <summary>Leaves without waiting.</summary>
    void Close();

    /// <summary>The log of the link, or of the hub.</summary>
    ILogger? Logger { get; }

    /// <summary>Tells whoever watches that items were not received.</summary>
    void ReportUnreceived(long count);
}
