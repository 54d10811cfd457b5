using System.Diagnostics.CodeAnalysis;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Running;

/// <summary>
/// Listens to the parent on a thread of its own, so that a method that never lets go of its thread cannot outlive the parent, nor ignore
/// that it shall end.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable",
    Justification = "It lives as long as the process.")]
internal sealed class ParentWatch
{
    /// <summary>Exit code of a worker that was asked to end: that of a process that SIGTERM ended.</summary>
    public const int AskedToEnd = 143;

    private const int StackBytes = 256 * 1024;
    private const int KillSignal = 9;

    private readonly ControlPipe _control = new();
    private volatile bool _hasAsked;
    private bool _exitsOnSignal;

    /// <summary>True once the parent has asked the method to end.</summary>
    public bool HasAsked => _hasAsked;

    /// <summary>Waits on this thread for what the parent says first, and listens for more on another.</summary>
    public byte[] Start()
    {
        byte[] start = _control.Read() ?? EndNow();
        // A parent that exits may ask before it has said what to run.
        if (start[0] == (byte)ControlKind.Cancel)
            Environment.Exit(AskedToEnd);
        _exitsOnSignal = start[1] != 0;
        new Thread(Run, StackBytes) { IsBackground = true }.Start();
        return start;
    }

    private void Run()
    {
        // Here, because it takes longer than all that the main thread still has to do.
        WorkerSignals.Register(_exitsOnSignal ? BeginExit : null);
        while (true)
        {
            byte[] message = _control.Read() ?? EndNow();
            if (message[0] == (byte)ControlKind.Cancel)
                Cancel();
        }
    }

    private void Cancel()
    {
        _hasAsked = true;
        if (!StopSignal.TryCancel())
            BeginExit();
    }

    /// <summary>Ends the process in good order, on another thread: channels take their time, and the parent may die meanwhile.</summary>
    private static void BeginExit()
    {
        WorkerEnvironment.IsEnding = true;
        new Thread(static () => Environment.Exit(AskedToEnd), StackBytes) { IsBackground = true }.Start();
    }

    /// <summary>Ends the process as the parent ended, without running anything of its own.</summary>
    private static byte[] EndNow()
    {
        _ = NativeMethods.SendSignal(Environment.ProcessId, KillSignal);
        while (true)
            Thread.Sleep(Timeout.Infinite);
    }
}
