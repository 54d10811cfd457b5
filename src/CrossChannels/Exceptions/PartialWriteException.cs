using System.Threading.Channels;

namespace CrossChannels;

/// <summary>The channel ended in the middle of a <c>WriteManyAsync</c>.</summary>
public sealed class PartialWriteException : ChannelClosedException
{
    /// <summary>Creates the exception.</summary>
    public PartialWriteException(int acceptedCount, Exception? innerException)
        : base($"The channel was closed after {acceptedCount:N0} of the items had been accepted.", innerException)
        => AcceptedCount = acceptedCount;

    /// <summary>How many items, from the first on, were accepted.</summary>
    public int AcceptedCount { get; }
}

/// <summary>A <c>WriteManyAsync</c> was canceled in the middle.</summary>
public sealed class PartialWriteCanceledException : OperationCanceledException
{
    /// <summary>Creates the exception.</summary>
    public PartialWriteCanceledException(int acceptedCount, CancellationToken cancellationToken)
        : base($"The write was canceled after {acceptedCount:N0} of the items had been accepted.", cancellationToken)
        => AcceptedCount = acceptedCount;

    /// <summary>How many items, from the first on, were accepted.</summary>
    public int AcceptedCount { get; }
}

/// <summary>One item of a <c>WriteManyAsync</c> could not be serialized, or is too large. Those before it were accepted, and the channel lives.</summary>
public sealed class ItemUnwritableException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="acceptedCount">How many items were accepted.</param>
    /// <param name="innerException">What the serializer threw, or an <see cref="ItemTooLargeException"/>.</param>
    public ItemUnwritableException(int acceptedCount, Exception innerException)
        : base($"An item could not be written after {acceptedCount:N0} of the items had been accepted.", innerException) => AcceptedCount = acceptedCount;

    /// <summary>How many items, from the first on, were accepted; the next one is the one that could not be written.</summary>
    public int AcceptedCount { get; }
}
