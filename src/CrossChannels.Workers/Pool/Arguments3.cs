using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>The arguments of a method of three parameters.</summary>
internal readonly record struct Arguments3<T1, T2, T3>(T1 Value1, T2 Value2, T3 Value3) : IArguments<Arguments3<T1, T2, T3>>
{
    public static int Count => 3;

    public void Write(TaskWriter writer)
    {
        ValueCodec<T1>.Write(writer, Value1);
        ValueCodec<T2>.Write(writer, Value2);
        ValueCodec<T3>.Write(writer, Value3);
    }

    public void Collect(List<object> ends)
    {
        ValueCodec<T1>.Collect(ends, Value1);
        ValueCodec<T2>.Collect(ends, Value2);
        ValueCodec<T3>.Collect(ends, Value3);
    }

    public static Arguments3<T1, T2, T3> Read(TaskReader reader) => new(ValueCodec<T1>.Read(reader), ValueCodec<T2>.Read(reader), ValueCodec<T3>.Read(reader));

    public static void Check()
    {
        ArgumentCheck.Check<T1>();
        ArgumentCheck.Check<T2>();
        ArgumentCheck.Check<T3>();
    }

    public static TaskBody<Arguments3<T1, T2, T3>, TResult> Bind<TResult>(MethodInfo method, object? target, TaskShape shape)
    {
        switch (shape)
        {
            case TaskShape.Value:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, TResult>>(target);
                return (arguments, _) => new(call(arguments.Value1, arguments.Value2, arguments.Value3));
            }
            case TaskShape.AsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, Task<TResult>>>(target);
                return (arguments, _) => new(call(arguments.Value1, arguments.Value2, arguments.Value3));
            }
            case TaskShape.Nothing:
            {
                var call = method.CreateDelegate<Action<T1, T2, T3>>(target);
                return (arguments, _) =>
                {
                    call(arguments.Value1, arguments.Value2, arguments.Value3);
                    return default;
                };
            }
            case TaskShape.AsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, Task>>(target);
                return (arguments, _) => Returned.NothingAsync<TResult>(call(arguments.Value1, arguments.Value2, arguments.Value3));
            }
            case TaskShape.TokenValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, CancellationToken, TResult>>(target);
                return (arguments, token) => new(call(arguments.Value1, arguments.Value2, arguments.Value3, token));
            }
            case TaskShape.TokenAsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, CancellationToken, Task<TResult>>>(target);
                return (arguments, token) => new(call(arguments.Value1, arguments.Value2, arguments.Value3, token));
            }
            case TaskShape.TokenNothing:
            {
                var call = method.CreateDelegate<Action<T1, T2, T3, CancellationToken>>(target);
                return (arguments, token) =>
                {
                    call(arguments.Value1, arguments.Value2, arguments.Value3, token);
                    return default;
                };
            }
            case TaskShape.TokenAsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, CancellationToken, Task>>(target);
                return (arguments, token) => Returned.NothingAsync<TResult>(call(arguments.Value1, arguments.Value2, arguments.Value3, token));
            }
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "This build knows no such shape of a method.");
        }
    }
}
