using System.Collections.Concurrent;

namespace CrossChannels.Links;

/// <summary>The exit of one process that links may lead to.</summary>
internal sealed class ExitWatch : IDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<int, ExitWatch> s_watches = new();

    private readonly int _processId;
    private readonly Task<int> _exitCode;

    private ExitWatch(int processId, Task<int> exitCode)
    {
        _processId = processId;
        _exitCode = exitCode;
    }

#pragma warning disable VSTHRD002 // It is done.
    /// <summary>The code, if the process is known to be gone.</summary>
    public int? ExitCode => _exitCode.IsCompletedSuccessfully ? _exitCode.Result : null;
#pragma warning restore VSTHRD002

    /// <exception cref="InvalidOperationException">The process is watched already.</exception>
    public static ExitWatch Begin(int processId, Task<int> exitCode)
    {
        var watch = new ExitWatch(processId, exitCode);
        return s_watches.TryAdd(processId, watch)
            ? watch
            : throw new InvalidOperationException($"Process {processId} is watched already: dispose the watch that there is first.");
    }

    /// <summary>The watch of a process, if there is one.</summary>
    public static ExitWatch? Find(int? processId) =>
        processId is { } id && s_watches.TryGetValue(id, out ExitWatch? watch) ? watch : null;

    /// <summary>The loss of a connection, with the exit code where it is known.</summary>
    public static ConnectionLostException Lost(ExitWatch? watch, string how, Exception? inner) => watch?.ExitCode is { } code
        ? new ConnectionLostException($"{how} The process exited with code {code}.", inner, exitCode: code)
        : new ConnectionLostException(how, inner);

    public void Dispose() => s_watches.TryRemove(new(_processId, this));

    /// <summary>Waits until the process is known to be gone, or it takes too long. Never throws.</summary>
    public async Task WaitAsync(TimeProvider clock) =>
        await ((Task)_exitCode).WaitAsync(s_longestWait, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
