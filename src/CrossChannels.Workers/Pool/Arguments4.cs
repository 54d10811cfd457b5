using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>The arguments of a method of four parameters.</summary>
internal readonly record struct Arguments4<T1, T2, T3, T4>(T1 Value1, T2 Value2, T3 Value3, T4 Value4) : IArguments<Arguments4<T1, T2, T3, T4>>
{
    public static int Count => 4;

    public void Write(TaskWriter writer)
    {
        ValueCodec<T1>.Write(writer, Value1);
        ValueCodec<T2>.Write(writer, Value2);
        ValueCodec<T3>.Write(writer, Value3);
        ValueCodec<T4>.Write(writer, Value4);
    }

    public void Collect(List<object> ends)
    {
        ValueCodec<T1>.Collect(ends, Value1);
        ValueCodec<T2>.Collect(ends, Value2);
        ValueCodec<T3>.Collect(ends, Value3);
        ValueCodec<T4>.Collect(ends, Value4);
    }

    public static Arguments4<T1, T2, T3, T4> Read(TaskReader reader) => new(ValueCodec<T1>.Read(reader), ValueCodec<T2>.Read(reader), ValueCodec<T3>.Read(reader), ValueCodec<T4>.Read(reader));

    public static void Check()
    {
        ArgumentCheck.Check<T1>();
        ArgumentCheck.Check<T2>();
        ArgumentCheck.Check<T3>();
        ArgumentCheck.Check<T4>();
    }

    public static TaskBody<Arguments4<T1, T2, T3, T4>, TResult> Bind<TResult>(MethodInfo method, object? target, TaskShape shape)
    {
        switch (shape)
        {
            case TaskShape.Value:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, T4, TResult>>(target);
                return (arguments, _) => new(call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4));
            }
            case TaskShape.AsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, T4, Task<TResult>>>(target);
                return (arguments, _) => new(call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4));
            }
            case TaskShape.Nothing:
            {
                var call = method.CreateDelegate<Action<T1, T2, T3, T4>>(target);
                return (arguments, _) =>
                {
                    call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4);
                    return default;
                };
            }
            case TaskShape.AsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, T4, Task>>(target);
                return (arguments, _) => Returned.NothingAsync<TResult>(call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4));
            }
            case TaskShape.TokenValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, T4, CancellationToken, TResult>>(target);
                return (arguments, token) => new(call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4, token));
            }
            case TaskShape.TokenAsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, T4, CancellationToken, Task<TResult>>>(target);
                return (arguments, token) => new(call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4, token));
            }
            case TaskShape.TokenNothing:
            {
                var call = method.CreateDelegate<Action<T1, T2, T3, T4, CancellationToken>>(target);
                return (arguments, token) =>
                {
                    call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4, token);
                    return default;
                };
            }
            case TaskShape.TokenAsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, T2, T3, T4, CancellationToken, Task>>(target);
                return (arguments, token) => Returned.NothingAsync<TResult>(call(arguments.Value1, arguments.Value2, arguments.Value3, arguments.Value4, token));
            }
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "This build knows no such shape of a method.");
        }
    }
}
