using System.Runtime.InteropServices;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Running;

/// <summary>
/// Listens to the parent on a thread of its own, so that a method that never lets go of its thread cannot outlive the parent, nor ignore that it shall end.
/// </summary>
internal sealed class ParentWatch(ControlPipe control, CancellationTokenSource? cancellation)
{
    /// <summary>Exit code of a worker that was asked to end: that of a process that SIGTERM ended.</summary>
    public const int AskedToEnd = 143;

    private const int StackBytes = 256 * 1024;
    private const int KillSignal = 9;

    private volatile bool _hasAsked;
    private PosixSignalRegistration? _interrupt;
    private PosixSignalRegistration? _terminate;

    /// <summary>True once the parent has asked the method to end.</summary>
    public bool HasAsked => _hasAsked;

    public void Start() => new Thread(Run, StackBytes) { IsBackground = true, Name = "CrossChannels parent" }.Start();

    private void Run()
    {
        // Here and not before the method, because they take longer than all the rest.
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context =>
        {
            context.Cancel = true;
            BeginExit();
        });
        while (true)
        {
            byte[]? message = control.Read();
            if (message is null)
                EndNow();
            else if (message[0] == (byte)ControlKind.Cancel)
                Cancel();
        }
    }

    private void Cancel()
    {
        _hasAsked = true;
        if (cancellation is null)
            BeginExit();
        else
            _ = cancellation.CancelAsync();
    }

    /// <summary>Ends the process in good order, on another thread: channels take their time, and the parent may die meanwhile.</summary>
    private static void BeginExit() => new Thread(static () => Environment.Exit(AskedToEnd), StackBytes) { IsBackground = true }.Start();

    /// <summary>Ends the process as the parent ended, without a last word that nobody would hear.</summary>
    private static void EndNow()
    {
        _ = NativeMethods.SendSignal(Environment.ProcessId, KillSignal);
        Thread.Sleep(Timeout.Infinite);
    }
}
