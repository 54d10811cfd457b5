using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace CrossChannels.Reconnecting;

/// <summary>Looks at the result of a wait, which can be taken only once.</summary>
internal static class OneTimeResult
{
    /// <summary>Whether a wait has ended with true already.</summary>
    /// <param name="wait">Not to be used any more: a link's waiter serves its next caller once its result was taken.</param>
    /// <param name="rest">In place of it otherwise.</param>
    public static bool IsTrue(ValueTask<bool> wait, out ValueTask<bool> rest)
    {
        rest = wait;
        if (!wait.IsCompletedSuccessfully)
            return false;
#pragma warning disable VSTHRD002 // It is done.
        bool result = wait.Result;
#pragma warning restore VSTHRD002
        rest = new ValueTask<bool>(result);
        return result;
    }
}

/// <summary>The result of a call that may have gone on at the next hub: taken once, and only when it is there, as that of a call that waits on a link.</summary>
internal sealed class OneTimeResult<T>(Task<T> call) : IValueTaskSource<T>, IValueTaskSource
{
    private int _isTaken;

    public static ValueTask<T> TakeAsync(Task<T> call) => new(new OneTimeResult<T>(call), 0);

    public ValueTaskSourceStatus GetStatus(short token) => call.Status switch
    {
        TaskStatus.RanToCompletion => ValueTaskSourceStatus.Succeeded,
        TaskStatus.Canceled => ValueTaskSourceStatus.Canceled,
        TaskStatus.Faulted => ValueTaskSourceStatus.Faulted,
        _ => ValueTaskSourceStatus.Pending,
    };

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        ConfiguredTaskAwaitable.ConfiguredTaskAwaiter awaiter =
            ((Task)call).ConfigureAwait((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0).GetAwaiter();
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0)
            awaiter.OnCompleted(() => continuation(state));
        else
            awaiter.UnsafeOnCompleted(() => continuation(state));
    }

    public T GetResult(short token)
    {
        if (!call.IsCompleted)
            throw new InvalidOperationException("The result of a ValueTask was asked for before it was done.");
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
            throw new InvalidOperationException("The result of a ValueTask was asked for a second time.");
#pragma warning disable VSTHRD002 // It is done.
        return call.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);
}
