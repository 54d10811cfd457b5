namespace CrossChannels.Workers.Running;

/// <summary>
/// What <see cref="WorkerProcess.Stopping"/> returns: the token of this process or of the pool's task that asks, and whether anything ever
/// asked.
/// </summary>
internal static class StopSignal
{
    private const int NotAsked = 0;
    private const int Asked = 1;
    private const int Exiting = 2;

    private static readonly CancellationTokenSource s_process = new();
    private static readonly AsyncLocal<CancellationTokenSource?> s_task = new();
    private static int s_state;

    public static CancellationToken Token
    {
        get
        {
            if (s_task.Value is { } task)
                return task.Token;
            if (!WorkerEnvironment.IsWorker)
                return CancellationToken.None;
            Interlocked.CompareExchange(ref s_state, Asked, NotAsked);
            return s_process.Token;
        }
    }

    /// <summary>Lets what runs from here on, and what that starts, see the token of a task of a pool.</summary>
    public static void Enter(CancellationTokenSource task) => s_task.Value = task;

    /// <summary>
    /// Cancels the token of this process. False if its method has not asked for it, and so cannot end by it; then it is to exit.
    /// </summary>
    public static bool TryCancel()
    {
        bool isExiting = Interlocked.CompareExchange(ref s_state, Exiting, NotAsked) != Asked;

        // Also where the process exits: what asks from now on finds it canceled.
        _ = s_process.CancelAsync();
        return !isExiting;
    }
}
