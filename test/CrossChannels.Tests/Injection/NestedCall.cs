using CrossChannels.Threading;

namespace CrossChannels.Tests.Injection;

/// <summary>One call inside another, at a chosen point at which that one is about to take its first lock: every order of the steps of two callers of which one is not interrupted.</summary>
/// <remarks>The points are those of the process: a test that uses it runs alone.</remarks>
internal static class NestedCall
{
    /// <param name="outer">What is interrupted.</param>
    /// <param name="at">At which of its points; 0 is the first.</param>
    /// <param name="inner">Done by another thread while the first one waits for it.</param>
    /// <returns>False if the outer call has fewer points.</returns>
    public static bool Run(Action outer, int at, Action inner)
    {
        int caller = Environment.CurrentManagedThreadId, passed = 0;
        bool isInside = false;
        Exception? error = null;
        RacePoint.Passing = () =>
        {
            // The lock that is about to be taken counts as held.
            if (Environment.CurrentManagedThreadId != caller || HeldLocks.Count > 1 || passed++ != at)
                return;
            isInside = true;
            var thread = new Thread(() =>
            {
                try
                {
                    inner();
                }
                catch (Exception e)
                {
                    error = e;
                }
            });
            thread.Start();
            if (!thread.Join(Wait.Deadline))
                throw new AssertFailedException($"The inner call waits for the outer one, at its point {at}.");
        };
        try
        {
            outer();
        }
        finally
        {
            RacePoint.Passing = null;
        }
        if (error is not null)
            throw new AssertFailedException($"The inner call failed at point {at}: {error}", error);
        return isInside;
    }
}
