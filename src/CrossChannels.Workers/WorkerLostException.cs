namespace CrossChannels.Workers;

/// <summary>A worker of a pool was gone before it had done its task, or could not be started.</summary>
public sealed class WorkerLostException : Exception
{
    /// <summary>Makes one.</summary>
    public WorkerLostException(string message, WorkerExit? exit = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Exit = exit;
    }

    /// <summary>How the worker ended; <see langword="null"/> if there was no process, or it could not be told.</summary>
    public WorkerExit? Exit { get; }
}
