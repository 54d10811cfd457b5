namespace CrossChannels;

/// <summary>The base of every error that a channel across processes reports of itself.</summary>
/// <remarks>Mistakes of the caller are the exceptions of the base class library instead.</remarks>
public class CrossChannelException : IOException
{
    /// <summary>Creates the exception.</summary>
    public CrossChannelException(EndingKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>The ending that this error stands for.</summary>
    public EndingKind Kind { get; }
}
