namespace CrossChannels.Tests.Faults;

/// <summary>Every wait of these tests has a deadline and says who waits for what.</summary>
internal static class InTimeExtensions
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task InTime(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Deadline);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Not within {Deadline.TotalSeconds} s: {what}.");
        }
    }

    public static async Task<T> InTime<T>(this Task<T> task, string what)
    {
        await ((Task)task).InTime(what);
        return await task;
    }

    public static Task InTime(this ValueTask task, string what) => task.AsTask().InTime(what);

    public static Task<T> InTime<T>(this ValueTask<T> task, string what) => task.AsTask().InTime(what);

    /// <summary>What a task that has to fail fails with.</summary>
    public static async Task<TException> Fails<TException>(this Task task, string what)
        where TException : Exception
    {
        try
        {
            await task.InTime(what);
        }
        catch (TException e)
        {
            return e;
        }
        throw new AssertFailedException($"No {typeof(TException).Name}: {what}.");
    }

    public static Task<TException> Fails<TException>(this ValueTask task, string what)
        where TException : Exception => task.AsTask().Fails<TException>(what);

    public static Task<TException> Fails<TException, T>(this ValueTask<T> task, string what)
        where TException : Exception => task.AsTask().Fails<TException>(what);

    /// <summary>Waits for a state that nothing announces.</summary>
    public static async Task Until(Func<bool> isSo, string what)
    {
        long started = Environment.TickCount64;
        while (!isSo())
        {
            if (Environment.TickCount64 - started > Deadline.TotalMilliseconds)
                Assert.Fail($"Not within {Deadline.TotalSeconds} s: {what}.");
            await Task.Delay(5);
        }
    }
}
