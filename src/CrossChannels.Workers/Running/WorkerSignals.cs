using System.Runtime.InteropServices;

namespace CrossChannels.Workers.Running;

/// <summary>
/// What signals do to a worker. One from the terminal (SIGINT) reaches it together with its parent, which decides what becomes of it. So do
/// SIGTERM and SIGHUP
/// that a service manager sends to the whole group; they end it in good order, unless its parent is to decide that as well.
/// </summary>
internal static class WorkerSignals
{
    // Collected registrations would be off.
    private static PosixSignalRegistration[]? s_registrations;

    /// <param name="exit">Ends the process in good order; <see langword="null"/> if the parent decides.</param>
    public static void Register(Action? exit)
    {
        s_registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];
        GC.KeepAlive(s_registrations);

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            exit?.Invoke();
        }
    }
}
