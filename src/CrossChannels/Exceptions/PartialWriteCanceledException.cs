namespace CrossChannels;

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
