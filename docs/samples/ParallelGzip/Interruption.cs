using System.Runtime.InteropServices;

namespace ParallelGzip;

/// <summary>Turns the first Ctrl+C, SIGTERM or hang-up into a cancellation; the second one ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, 130)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, 143)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => On(context, 129)),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>128 and the number of the signal, as a shell reports it; null if none came.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void On(PosixSignalContext context, int exitCode)
    {
        if (ExitCode is not null)
            return;
        context.Cancel = true;
        ExitCode = exitCode;
        _source.Cancel();
    }
}
