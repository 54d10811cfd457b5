using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;

namespace CrossChannels.Testing;

/// <summary>Every wait of a test has a deadline, and says who waited for whom when it has passed.</summary>
internal static class Wait
{
    /// <summary>Long enough for a machine that has fifty other programs to run.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly ConcurrentDictionary<object, (string Test, Func<string> Describe)> s_shown = new();

    /// <summary>Shows what an end is up to in the failure message of its test's waits, until it is hidden.</summary>
    public static void Show(object key, string test, Func<string> describe) => s_shown[key] = (test, describe);

    public static void Hide(object key) => s_shown.TryRemove(key, out _);

    public static async Task Done(
        this Task task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "")
    {
        if (!task.IsCompleted)
        {
            using var stop = new CancellationTokenSource();
            if (await Task.WhenAny(task, Task.Delay(Deadline, stop.Token)) != task)
                throw new AssertFailedException(Describe(what, test));
            await stop.CancelAsync();
        }
        await task;
    }

    public static async Task<T> Done<T>(
        this Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "")
    {
        await ((Task)task).Done(what, test);
        return await task;
    }

    public static Task Done(
        this ValueTask task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "") =>
        task.AsTask().Done(what, test);

    public static Task<T> Done<T>(
        this ValueTask<T> task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "") =>
        task.AsTask().Done(what, test);

    /// <summary>Waits on this thread, which a test may do where it must not let go of it.</summary>
    public static void Done(
        this ManualResetEventSlim happened, [CallerArgumentExpression(nameof(happened))] string what = "", [CallerMemberName] string test = "")
    {
        if (!happened.Wait(Deadline))
            throw new AssertFailedException(Describe(what, test));
    }

    /// <summary>Asks again until it is so; for what nothing announces.</summary>
    public static Task Until(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "", [CallerMemberName] string test = "") =>
        Until(() => Task.FromResult(condition()), what, test);

    /// <summary>The same where asking takes a while.</summary>
    public static async Task Until(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "", [CallerMemberName] string test = "")
    {
        long started = Environment.TickCount64;
        while (!await condition().Done(what, test))
        {
            if (Environment.TickCount64 - started > Deadline.TotalMilliseconds)
                throw new AssertFailedException(Describe(what, test));
            await PauseAsync(started);
        }
    }

    /// <summary>Takes steps until they reach a number; the deadline is for the next one that makes progress, however many there are.</summary>
    public static async Task Reach(
        int total, Func<int> step, [CallerArgumentExpression(nameof(step))] string what = "", [CallerMemberName] string test = "")
    {
        long started = Environment.TickCount64;
        for (int last = 0, reached; (reached = step()) < total; last = reached)
        {
            if (reached > last)
                started = Environment.TickCount64;
            else if (Environment.TickCount64 - started > Deadline.TotalMilliseconds)
                throw new AssertFailedException(Describe($"more than {reached} of {total}: {what}", test));
            await Task.Yield();
        }
    }

    /// <summary>What a task that has to fail fails with.</summary>
    public static async Task<TException> Fails<TException>(
        this Task task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "")
        where TException : Exception
    {
        try
        {
            await task.Done(what, test);
        }
        catch (TException e)
        {
            return e;
        }
        throw new AssertFailedException($"No {typeof(TException).Name}: {what}.");
    }

    public static Task<TException> Fails<TException>(
        this ValueTask task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "")
        where TException : Exception => task.AsTask().Fails<TException>(what, test);

    public static Task<TException> Fails<TException, T>(
        this ValueTask<T> task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerMemberName] string test = "")
        where TException : Exception => task.AsTask().Fails<TException>(what, test);

    /// <summary>Asks eagerly at first, and leaves the processor to others in a wait that takes longer.</summary>
    private static async Task PauseAsync(long started)
    {
        if (Environment.TickCount64 - started < 50)
            await Task.Yield();
        else
            await Task.Delay(1);
    }

    private static string Describe(string what, string test)
    {
        var text = new StringBuilder($"{test} waited {Deadline.TotalSeconds:N0} s for: {what} (CROSSCHANNELS_SEED={TestSeed.Value})");
        foreach ((string ofTest, Func<string> describe) in s_shown.Values)
        {
            if (string.Equals(ofTest, test, StringComparison.Ordinal))
                text.Append(Environment.NewLine).Append("  ").Append(describe());
        }
        return text.ToString();
    }
}
