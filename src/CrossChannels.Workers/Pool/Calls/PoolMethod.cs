using System.Collections.Concurrent;
using System.Reflection;
using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;

namespace CrossChannels.Workers.Pool;

/// <summary>A method that workers run, as the parent tells them of it: once each.</summary>
internal sealed class PoolMethod
{
    private static readonly ConcurrentDictionary<MethodInfo, PoolMethod> s_known = new();
    private static int s_count;

    private readonly byte[] _name;

    private PoolMethod(Delegate method)
    {
        DisplayName = MethodName.Display(method.Method);
        var name = new MessageWriter();
        MethodName.Write(name, method);
        _name = name.Written.ToArray();
    }

    public int Id { get; } = Interlocked.Increment(ref s_count);

    public string DisplayName { get; }

    /// <typeparam name="TResult">What the call takes as its result; <see cref="NoItem"/> for nothing.</typeparam>
    /// <exception cref="ArgumentException">
    /// The method cannot be found again in another process, or returns what no call can take.
    /// </exception>
    /// <exception cref="NotSupportedException">The result cannot cross.</exception>
    public static PoolMethod Create<TResult>(Delegate method)
    {
        MethodName.Check(method);
        CheckResult<TResult>(method.Method);
        return s_known.GetOrAdd(method.Method, static (_, method) => new PoolMethod(method), method);
    }

    public void Write(MessageWriter writer)
    {
        writer.Int32(Id);
        writer.Append(_name);
    }

    private static void CheckResult<TResult>(MethodInfo method)
    {
        if (typeof(TResult) == typeof(NoItem))
            return;
        string name = MethodName.Display(method);
        Type plain = typeof(TResult).IsGenericType ? typeof(TResult).GetGenericTypeDefinition() : typeof(TResult);
        if (plain == typeof(ValueTask) || plain == typeof(ValueTask<>))
            throw new ArgumentException($"{name} returns a ValueTask. Return a Task.", nameof(method));
        if (typeof(TResult) == typeof(Task))
        {
            throw new ArgumentException(
                $"{name} returns a Task without a value. MapAsync needs a method that returns a value or a Task<T>.", nameof(method));
        }

        // The worker knows what the method declares, and nothing of the call.
        Type declared = MethodRunner.ResultOfTask(method.ReturnType) ?? method.ReturnType;
        if (declared != typeof(TResult))
        {
            throw new ArgumentException(
                $"{name} returns {declared}, and the call takes {typeof(TResult)}: let both be the same type.", nameof(method));
        }
        try
        {
            ValueCodec<TResult>.Instance.Check();
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"The result of {name} cannot go to another process: {e.Message}", e);
        }
    }
}
