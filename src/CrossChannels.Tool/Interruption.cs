using System.Runtime.InteropServices;

namespace CrossChannels.Tool;

/// <summary>Waits for the first Ctrl+C, SIGTERM or hang-up; the second one ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, On))];

    /// <summary>Canceled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What a shell shows for a process that the signal ended; 0 before one came.</summary>
    public int ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        if (ExitCode != 0)
            return;
        context.Cancel = true;
        ExitCode = context.Signal switch { PosixSignal.SIGINT => 130, PosixSignal.SIGHUP => 129, _ => 143 };
        _source.Cancel();
    }
}
