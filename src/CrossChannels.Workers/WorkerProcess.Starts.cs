using CrossChannels.Workers.Arguments;

namespace CrossChannels.Workers;

/// <content>Starts methods; one that needs more than four values takes a tuple or a record.</content>
public sealed partial class WorkerProcess
{
    /// <summary>Starts a method without arguments in a process of its own.</summary>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an argument cannot go there.</exception>
    /// <exception cref="InvalidOperationException">
    /// An argument was given away before, or this program cannot start workers as it is; the message says what to do.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">Not on this system.</exception>
    public static Task<WorkerProcess> StartAsync(
        Action method, WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList(), options, cancellationToken);

    /// <summary>Starts a method with one argument in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T>(
        Action<T> method, T arg, WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg), options, cancellationToken);

    /// <summary>Starts a method with two arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2>(
        Action<T1, T2> method, T1 arg1, T2 arg2, WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg1).Add(arg2), options, cancellationToken);

    /// <summary>Starts a method with three arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3>(
        Action<T1, T2, T3> method, T1 arg1, T2 arg2, T3 arg3,
        WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), options, cancellationToken);

    /// <summary>Starts a method with four arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4>(
        Action<T1, T2, T3, T4> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4,
        WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), options, cancellationToken);

    /// <summary>Starts an asynchronous method without arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync(
        Func<Task> method, WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList(), options, cancellationToken);

    /// <summary>Starts an asynchronous method with one argument in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T>(
        Func<T, Task> method, T arg, WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg), options, cancellationToken);

    /// <summary>Starts an asynchronous method with two arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2>(
        Func<T1, T2, Task> method, T1 arg1, T2 arg2, WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg1).Add(arg2), options, cancellationToken);

    /// <summary>Starts an asynchronous method with three arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3>(
        Func<T1, T2, T3, Task> method, T1 arg1, T2 arg2, T3 arg3,
        WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), options, cancellationToken);

    /// <summary>Starts an asynchronous method with four arguments in a process of its own.</summary>
    /// <inheritdoc cref="StartAsync(Action, WorkerOptions?, CancellationToken)" path="/exception"/>
    public static Task<WorkerProcess> StartAsync<T1, T2, T3, T4>(
        Func<T1, T2, T3, T4, Task> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4,
        WorkerOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), options, cancellationToken);
}
