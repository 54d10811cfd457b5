using System.Runtime.InteropServices;

namespace Hub;

/// <summary>Waits for the first Ctrl+C, SIGTERM or hang-up; the second one ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, On))];

    public Task Came => _came.Task;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    private void On(PosixSignalContext context) => context.Cancel = _came.TrySetResult();
}
