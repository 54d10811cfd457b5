using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>The arguments of a method of no parameters.</summary>
internal readonly record struct Arguments0 : IArguments<Arguments0>
{
    public static int Count => 0;

    public void Write(TaskWriter writer)
    {
    }

    public void Collect(List<object> ends)
    {
    }

    public static Arguments0 Read(TaskReader reader) => new();

    public static void Check()
    {
    }

    public static TaskBody<Arguments0, TResult> Bind<TResult>(MethodInfo method, object? target, TaskShape shape)
    {
        switch (shape)
        {
            case TaskShape.Value:
            {
                var call = method.CreateDelegate<Func<TResult>>(target);
                return (_, _) => new(call());
            }
            case TaskShape.AsyncValue:
            {
                var call = method.CreateDelegate<Func<Task<TResult>>>(target);
                return (_, _) => new(call());
            }
            case TaskShape.Nothing:
            {
                var call = method.CreateDelegate<Action>(target);
                return (_, _) =>
                {
                    call();
                    return default;
                };
            }
            case TaskShape.AsyncNothing:
            {
                var call = method.CreateDelegate<Func<Task>>(target);
                return (_, _) => Returned.NothingAsync<TResult>(call());
            }
            case TaskShape.TokenValue:
            {
                var call = method.CreateDelegate<Func<CancellationToken, TResult>>(target);
                return (_, token) => new(call(token));
            }
            case TaskShape.TokenAsyncValue:
            {
                var call = method.CreateDelegate<Func<CancellationToken, Task<TResult>>>(target);
                return (_, token) => new(call(token));
            }
            case TaskShape.TokenNothing:
            {
                var call = method.CreateDelegate<Action<CancellationToken>>(target);
                return (_, token) =>
                {
                    call(token);
                    return default;
                };
            }
            case TaskShape.TokenAsyncNothing:
            {
                var call = method.CreateDelegate<Func<CancellationToken, Task>>(target);
                return (_, token) => Returned.NothingAsync<TResult>(call(token));
            }
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "This build knows no such shape of a method.");
        }
    }
}
