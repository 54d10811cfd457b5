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
