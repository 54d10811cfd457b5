using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>The arguments of a method of two parameters.</summary>
internal readonly record struct Arguments2<T1, T2>(T1 Value1, T2 Value2) : IArguments<Arguments2<T1, T2>>
{
    public static int Count => 2;

    public void Write(TaskWriter writer)
    {
        ValueCodec<T1>.Write(writer, Value1);
        ValueCodec<T2>.Write(writer, Value2);
    }

    public void Collect(List<object> ends)
    {
        ValueCodec<T1>.Collect(ends, Value1);
        ValueCodec<T2>.Collect(ends, Value2);
    }

    public static Arguments2<T1, T2> Read(TaskReader reader) => new(ValueCodec<T1>.Read(reader), ValueCodec<T2>.Read(reader));

    public static void Check()
    {
        ArgumentCheck.Check<T1>();
        ArgumentCheck.Check<T2>();
    }

    public static TaskBody<Arguments2<T1, T2>, TResult> Bind<TResult>(MethodInfo method, object? target, TaskShape shape)
    {
        switch (shape)
        {
            case TaskShape.Value:
            {
                var call = method.CreateDelegate<Func<T1, T2, TResult>>(target);
                return (arguments, _) => new(call(arguments.Value1, arguments.Value2));
            }
            case TaskShape.AsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, Task<TResult>>>(target);
                return (arguments, _) => new(call(arguments.Value1, arguments.Value2));
            }
            case TaskShape.Nothing:
            {
                var call = method.CreateDelegate<Action<T1, T2>>(target);
                return (arguments, _) =>
                {
                    call(arguments.Value1, arguments.Value2);
                    return default;
                };
            }
            case TaskShape.AsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, T2, Task>>(target);
                return (arguments, _) => Returned.NothingAsync<TResult>(call(arguments.Value1, arguments.Value2));
            }
            case TaskShape.TokenValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, CancellationToken, TResult>>(target);
                return (arguments, token) => new(call(arguments.Value1, arguments.Value2, token));
            }
            case TaskShape.TokenAsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, T2, CancellationToken, Task<TResult>>>(target);
                return (arguments, token) => new(call(arguments.Value1, arguments.Value2, token));
            }
            case TaskShape.TokenNothing:
            {
                var call = method.CreateDelegate<Action<T1, T2, CancellationToken>>(target);
                return (arguments, token) =>
                {
                    call(arguments.Value1, arguments.Value2, token);
                    return default;
                };
            }
            case TaskShape.TokenAsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, T2, CancellationToken, Task>>(target);
                return (arguments, token) => Returned.NothingAsync<TResult>(call(arguments.Value1, arguments.Value2, token));
            }
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "This build knows no such shape of a method.");
        }
    }
}
