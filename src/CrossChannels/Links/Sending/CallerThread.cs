namespace CrossChannels.Links;

/// <summary>Knows whether this thread is inside a write: a pipe in memory may run its reader right there, on a caller's thread.</summary>
internal static class CallerThread
{
    [ThreadStatic]
    private static int t_writes;

    /// <summary>Whether a waiter's continuation may run on this thread now.</summary>
    public static bool MayRunUserCode => t_writes == 0 && Thread.CurrentThread.IsThreadPoolThread;

    public static void EnterWrite() => t_writes++;

    public static void LeaveWrite() => t_writes--;
}
