using System.Collections.Concurrent;
using System.Reflection;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers.Pool;

/// <summary>A method that workers run, as the parent tells them of it: once each.</summary>
internal sealed class PoolMethod
{
    private static readonly ConcurrentDictionary<(MethodInfo Method, Type Runner, TaskShape Shape), PoolMethod> s_known = new();
    private static int s_count;

    private readonly byte[] _name;
    private readonly string _runner;
    private readonly TaskShape _shape;

    private PoolMethod(Delegate method, Type runner, TaskShape shape)
    {
        DisplayName = MethodName.Display(method.Method);
        _runner = runner.AssemblyQualifiedName!;
        _shape = shape;
        var name = new MessageWriter();
        if (StartForm.HasHooks)
        {
            MethodName.Write(name, method.Method, hasTarget: method.Target is not null);
        }
        else
        {
            name.Byte((byte)MethodKind.Listed);
            name.Text(MethodName.Listed(method.Method));
        }
        _name = name.Written.ToArray();
    }

    public int Id { get; } = Interlocked.Increment(ref s_count);

    public string DisplayName { get; }

    /// <exception cref="ArgumentException">The method cannot be found again in another process.</exception>
    /// <exception cref="NotSupportedException">An argument or the result cannot cross.</exception>
    public static PoolMethod Create<TArguments, TResult>(Delegate method, TaskShape shape)
        where TArguments : struct, IArguments<TArguments>
    {
        MethodName.Check(method);
        TArguments.Check();
        if (typeof(TResult) == typeof(ValueTask) || (typeof(TResult).IsGenericType && typeof(TResult).GetGenericTypeDefinition() == typeof(ValueTask<>)))
            throw new ArgumentException($"{MethodName.Display(method.Method)} returns a ValueTask. Return a Task.", nameof(method));
        if (typeof(TResult) == typeof(Task))
            throw new ArgumentException($"{MethodName.Display(method.Method)} returns a Task without a value. MapAsync needs a method that returns a value or a Task<T>.", nameof(method));
        CheckResult<TResult>(method);
        Type runner = new TaskRunner<TArguments, TResult>().GetType();
        return s_known.GetOrAdd((method.Method, runner, shape), static (key, method) => new PoolMethod(method, key.Runner, key.Shape), method);
    }

    private static void CheckResult<TResult>(Delegate method)
    {
        try
        {
            ValueCodec<TResult>.Check();
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"The result of {MethodName.Display(method.Method)} cannot go to another process: {e.Message}", e);
        }
    }

    public void Write(TaskWriter writer)
    {
        writer.Int32(Id);
        writer.Text(_runner);
        writer.Byte((byte)_shape);
        writer.Bytes(_name);
    }
}
