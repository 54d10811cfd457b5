namespace CrossChannels.Workers;

/// <summary>What was thrown in a worker, as its parent sees it.</summary>
public sealed class WorkerFailedException : Exception
{
    /// <summary>Makes one; without the remote type, message and stack if the worker could not tell them.</summary>
    public WorkerFailedException(string message, string? remoteType = null, string? remoteMessage = null, string? remoteStackTrace = null)
        : base(message)
    {
        RemoteType = remoteType;
        RemoteMessage = remoteMessage;
        RemoteStackTrace = remoteStackTrace;
    }

    /// <summary>Full name of the type that was thrown; <see langword="null"/> if that is not known.</summary>
    public string? RemoteType { get; }

    /// <summary>
    /// The message of what was thrown, without worker, method and item, which <see cref="Exception.Message"/> names before it.
    /// </summary>
    public string? RemoteMessage { get; }

    /// <summary>
    /// The exception as the worker would print it, with its stack and inner exceptions; <see langword="null"/> if that is not known.
    /// </summary>
    public string? RemoteStackTrace { get; }

    /// <summary>Returns the exception with both stacks.</summary>
    public override string ToString() =>
        RemoteStackTrace is null
            ? base.ToString()
            : $"{base.ToString()}{Environment.NewLine}--- In the worker:{Environment.NewLine}{RemoteStackTrace}";
}
