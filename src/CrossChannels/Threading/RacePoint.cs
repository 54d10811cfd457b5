using System.Diagnostics;

namespace CrossChannels.Threading;

/// <summary>A point at which another thread may come between, marked where that matters. In a Debug build a test may have one come.</summary>
internal static class RacePoint
{
    /// <summary>Called at each of them, in Debug builds.</summary>
    public static Action? Passing { get; set; }

    [Conditional("DEBUG")]
    public static void Pass() => Passing?.Invoke();
}
