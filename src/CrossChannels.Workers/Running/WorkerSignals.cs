using System.Runtime.InteropServices;

namespace CrossChannels.Workers.Running;

/// <summary>
/// What signals do to a worker: one from the terminal (SIGINT) reaches it together with its parent, which decides what becomes of it; SIGTERM ends it in
/// good order.
/// </summary>
internal static class WorkerSignals
{
    private static PosixSignalRegistration? s_interrupt;
    private static volatile PosixSignalRegistration? s_terminate;

    public static bool AreRegistered => s_terminate is not null;

    public static void Register(Action exit)
    {
        s_interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        s_terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            exit();
        });
        GC.KeepAlive(s_interrupt);
    }
}
