using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>The arguments of a method of one parameter.</summary>
internal readonly record struct Arguments1<T1>(T1 Value1) : IArguments<Arguments1<T1>>
{
    public static int Count => 1;

    public void Write(TaskWriter writer)
    {
        ValueCodec<T1>.Write(writer, Value1);
    }

    public void Collect(List<object> ends)
    {
        ValueCodec<T1>.Collect(ends, Value1);
    }

    public static Arguments1<T1> Read(TaskReader reader) => new(ValueCodec<T1>.Read(reader));

    public static void Check()
    {
        ArgumentCheck.Check<T1>();
    }

    public static TaskBody<Arguments1<T1>, TResult> Bind<TResult>(MethodInfo method, object? target, TaskShape shape)
    {
        switch (shape)
        {
            case TaskShape.Value:
            {
                var call = method.CreateDelegate<Func<T1, TResult>>(target);
                return (arguments, _) => new(call(arguments.Value1));
            }
            case TaskShape.AsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, Task<TResult>>>(target);
                return (arguments, _) => new(call(arguments.Value1));
            }
            case TaskShape.Nothing:
            {
                var call = method.CreateDelegate<Action<T1>>(target);
                return (arguments, _) =>
                {
                    call(arguments.Value1);
                    return default;
                };
            }
            case TaskShape.AsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, Task>>(target);
                return (arguments, _) => Returned.NothingAsync<TResult>(call(arguments.Value1));
            }
            case TaskShape.TokenValue:
            {
                var call = method.CreateDelegate<Func<T1, CancellationToken, TResult>>(target);
                return (arguments, token) => new(call(arguments.Value1, token));
            }
            case TaskShape.TokenAsyncValue:
            {
                var call = method.CreateDelegate<Func<T1, CancellationToken, Task<TResult>>>(target);
                return (arguments, token) => new(call(arguments.Value1, token));
            }
            case TaskShape.TokenNothing:
            {
                var call = method.CreateDelegate<Action<T1, CancellationToken>>(target);
                return (arguments, token) =>
                {
                    call(arguments.Value1, token);
                    return default;
                };
            }
            case TaskShape.TokenAsyncNothing:
            {
                var call = method.CreateDelegate<Func<T1, CancellationToken, Task>>(target);
                return (arguments, token) => Returned.NothingAsync<TResult>(call(arguments.Value1, token));
            }
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "This build knows no such shape of a method.");
        }
    }
}
