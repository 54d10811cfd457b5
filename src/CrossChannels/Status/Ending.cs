namespace CrossChannels;

/// <summary>Why one direction of a channel is over, as this end sees it.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Cause">The error behind it; <see langword="null"/> for a clean end.</param>
/// <param name="UnreceivedCount">
/// At a writer that was cut off: an upper bound of accepted items that the peer process did not receive. At a reader, and at a
/// writer that completed or left by itself: 0; it asks <see cref="CrossChannelWriter{T}.UnreceivedCount"/>.
/// </param>
/// <param name="ExitCode">Exit code of the peer's process where that is known, otherwise <see langword="null"/>.</param>
public sealed record Ending(EndingKind Kind, Exception? Cause = null, long UnreceivedCount = 0, int? ExitCode = null);
