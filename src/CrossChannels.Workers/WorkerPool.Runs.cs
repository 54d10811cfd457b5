using CrossChannels.Workers.Arguments;

namespace CrossChannels.Workers;

/// <content>Runs single methods; one that needs more than four values takes a tuple or a record.</content>
public sealed partial class WorkerPool
{
    /// <summary>Runs a method without arguments in a worker.</summary>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an argument cannot go there.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete, or an argument was given away before.</exception>
    /// <exception cref="NotSupportedException">The result cannot go to another process.</exception>
    /// <exception cref="WorkerFailedException">What the method threw.</exception>
    /// <exception cref="WorkerLostException">Its worker died, or none could be started.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="WorkerPoolOptions.TaskTimeout"/>.</exception>
    public Task RunAsync(Action method, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList(), cancellationToken);

    /// <summary>Runs a method with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T>(Action<T> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg), cancellationToken);

    /// <summary>Runs a method with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2>(Action<T1, T2> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg1).Add(arg2), cancellationToken);

    /// <summary>Runs a method with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3>(Action<T1, T2, T3> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), cancellationToken);

    /// <summary>Runs a method with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3, T4>(
        Action<T1, T2, T3, T4> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), cancellationToken);

    /// <summary>Runs an asynchronous method without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync(Func<Task> method, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList(), cancellationToken);

    /// <summary>Runs an asynchronous method with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T>(Func<T, Task> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg), cancellationToken);

    /// <summary>Runs an asynchronous method with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2>(Func<T1, T2, Task> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg1).Add(arg2), cancellationToken);

    /// <summary>Runs an asynchronous method with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3>(
        Func<T1, T2, T3, Task> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), cancellationToken);

    /// <summary>Runs an asynchronous method with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3, T4>(
        Func<T1, T2, T3, T4, Task> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<NoItem>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), cancellationToken);

    /// <summary>Runs a method without arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<TResult>(Func<TResult> method, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList(), cancellationToken);

    /// <summary>Runs a method with one argument in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T, TResult>(Func<T, TResult> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg), cancellationToken);

    /// <summary>Runs a method with two arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, TResult>(
        Func<T1, T2, TResult> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg1).Add(arg2), cancellationToken);

    /// <summary>Runs a method with three arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, TResult>(
        Func<T1, T2, T3, TResult> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), cancellationToken);

    /// <summary>Runs a method with four arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, T4, TResult>(
        Func<T1, T2, T3, T4, TResult> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), cancellationToken);

    /// <summary>Runs an asynchronous method without arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<TResult>(Func<Task<TResult>> method, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList(), cancellationToken);

    /// <summary>Runs an asynchronous method with one argument in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T, TResult>(Func<T, Task<TResult>> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg), cancellationToken);

    /// <summary>Runs an asynchronous method with two arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, TResult>(
        Func<T1, T2, Task<TResult>> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg1).Add(arg2), cancellationToken);

    /// <summary>Runs an asynchronous method with three arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, TResult>(
        Func<T1, T2, T3, Task<TResult>> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3), cancellationToken);

    /// <summary>Runs an asynchronous method with four arguments in a worker, and returns its result.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, T4, TResult>(
        Func<T1, T2, T3, T4, Task<TResult>> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<TResult>(method, new ArgumentList().Add(arg1).Add(arg2).Add(arg3).Add(arg4), cancellationToken);
}
