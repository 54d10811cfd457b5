using System.Threading.Channels;

namespace CrossChannels;

/// <summary>Why one direction of a channel is over, as this end sees it.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Cause">The error behind it; <see langword="null"/> for a clean end.</param>
/// <param name="UnreceivedCount">
/// At a writer that was cut off: an upper bound of accepted items that the peer process did not receive. At a reader, and at a
/// writer that completed or left by itself: 0; it asks <see cref="CrossChannelWriter{T}.UnreceivedCount"/>.
/// </param>
/// <param name="ExitCode">Exit code of the peer's process where that is known, otherwise <see langword="null"/>.</param>
public sealed record Ending(EndingKind Kind, Exception? Cause = null, long UnreceivedCount = 0, int? ExitCode = null)
{
    /// <summary>
    /// Tells whether an exception means that a channel is over, and why: one filter for what reads and writes throw, whether or not the base class library's
    /// contract wraps it. For any other exception, such as one of a serializer or of cancellation, <see langword="null"/>.
    /// </summary>
    /// <remarks>A <see cref="ChannelClosedException"/> without a cause is a clean end; one of a channel within a process counts too.</remarks>
    /// <example><c>catch (Exception e) when (Ending.FromException(e) is { } ending)</c></example>
    public static Ending? FromException(Exception? exception) => exception switch
    {
        ConnectionLostException lost => new(lost.Kind, lost, lost.UnreceivedCount, lost.ExitCode),
        CrossChannelException error => new(error.Kind, error),
        ChannelClosedException { InnerException: null } => new(EndingKind.Completed),
        ChannelClosedException closed => FromException(closed.InnerException) ?? new(EndingKind.Faulted, closed.InnerException),
        _ => null,
    };
}
