using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <summary>A static method, and its arguments, that each worker of a pool runs before its first task.</summary>
public sealed class WorkerInitializer
{
    private readonly PoolMethod _method;
    private readonly Action<TaskWriter> _write;
    private readonly Func<string, CancellationToken, ValueTask<GivenEnds?>> _give;

    private WorkerInitializer(PoolMethod method, Action<TaskWriter> write, Func<string, CancellationToken, ValueTask<GivenEnds?>> give)
    {
        _method = method;
        _write = write;
        _give = give;
    }

    /// <summary>A method without arguments.</summary>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an argument cannot go there.</exception>
    public static WorkerInitializer Create(Action method) =>
        Create<Arguments0>(method, TaskShape.Nothing, default);

    /// <summary>An asynchronous method without arguments.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create(Func<Task> method) =>
        Create<Arguments0>(method, TaskShape.AsyncNothing, default);

    /// <summary>A method with one argument.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T>(Action<T> method, T arg) =>
        Create<Arguments1<T>>(method, TaskShape.Nothing, new(arg));

    /// <summary>An asynchronous method with one argument.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T>(Func<T, Task> method, T arg) =>
        Create<Arguments1<T>>(method, TaskShape.AsyncNothing, new(arg));

    /// <summary>A method with two arguments.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T1, T2>(Action<T1, T2> method, T1 arg1, T2 arg2) =>
        Create<Arguments2<T1, T2>>(method, TaskShape.Nothing, new(arg1, arg2));

    /// <summary>An asynchronous method with two arguments.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T1, T2>(Func<T1, T2, Task> method, T1 arg1, T2 arg2) =>
        Create<Arguments2<T1, T2>>(method, TaskShape.AsyncNothing, new(arg1, arg2));

    /// <summary>A method with three arguments.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T1, T2, T3>(Action<T1, T2, T3> method, T1 arg1, T2 arg2, T3 arg3) =>
        Create<Arguments3<T1, T2, T3>>(method, TaskShape.Nothing, new(arg1, arg2, arg3));

    /// <summary>An asynchronous method with three arguments.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T1, T2, T3>(Func<T1, T2, T3, Task> method, T1 arg1, T2 arg2, T3 arg3) =>
        Create<Arguments3<T1, T2, T3>>(method, TaskShape.AsyncNothing, new(arg1, arg2, arg3));

    /// <summary>Gives away the ends among the arguments, to one worker.</summary>
    internal ValueTask<GivenEnds?> GiveAsync(string to, CancellationToken cancellationToken) => _give(to, cancellationToken);

    internal void Write(TaskWriter writer)
    {
        _method.Write(writer);
        _write(writer);
    }

    private static WorkerInitializer Create<TArguments>(Delegate method, TaskShape shape, TArguments arguments)
        where TArguments : struct, IArguments<TArguments> =>
        new(PoolMethod.Create<TArguments, NoItem>(method, shape), arguments.Write, (to, cancel) => GivenEnds.GiveAsync(arguments, to, cancel));
}
