using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <content>Runs single methods that return nothing.</content>
public sealed partial class WorkerPool
{
    /// <summary>Runs a method without arguments in a worker.</summary>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an argument cannot go there.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete, or an argument was given away before.</exception>
    /// <exception cref="WorkerFailedException">What the method threw.</exception>
    /// <exception cref="WorkerLostException">Its worker died, or none could be started.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="WorkerPoolOptions.TaskTimeout"/>.</exception>
    public Task RunAsync(Action method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, NoItem>(method, TaskShape.Nothing, default, cancellationToken);

    /// <summary>Runs an asynchronous method without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync(Func<Task> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, NoItem>(method, TaskShape.AsyncNothing, default, cancellationToken);

    /// <summary>Runs a method that can be canceled without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync(Action<CancellationToken> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, NoItem>(method, TaskShape.TokenNothing, default, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync(Func<CancellationToken, Task> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, NoItem>(method, TaskShape.TokenAsyncNothing, default, cancellationToken);

    /// <summary>Runs a method with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T>(Action<T> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, NoItem>(method, TaskShape.Nothing, new(arg), cancellationToken);

    /// <summary>Runs an asynchronous method with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T>(Func<T, Task> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, NoItem>(method, TaskShape.AsyncNothing, new(arg), cancellationToken);

    /// <summary>Runs a method that can be canceled with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T>(Action<T, CancellationToken> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, NoItem>(method, TaskShape.TokenNothing, new(arg), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T>(Func<T, CancellationToken, Task> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, NoItem>(method, TaskShape.TokenAsyncNothing, new(arg), cancellationToken);

    /// <summary>Runs a method with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2>(Action<T1, T2> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, NoItem>(method, TaskShape.Nothing, new(arg1, arg2), cancellationToken);

    /// <summary>Runs an asynchronous method with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2>(Func<T1, T2, Task> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, NoItem>(method, TaskShape.AsyncNothing, new(arg1, arg2), cancellationToken);

    /// <summary>Runs a method that can be canceled with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2>(Action<T1, T2, CancellationToken> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, NoItem>(method, TaskShape.TokenNothing, new(arg1, arg2), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2>(Func<T1, T2, CancellationToken, Task> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, NoItem>(method, TaskShape.TokenAsyncNothing, new(arg1, arg2), cancellationToken);

    /// <summary>Runs a method with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3>(Action<T1, T2, T3> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, NoItem>(method, TaskShape.Nothing, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs an asynchronous method with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3>(Func<T1, T2, T3, Task> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, NoItem>(method, TaskShape.AsyncNothing, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs a method that can be canceled with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3>(Action<T1, T2, T3, CancellationToken> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, NoItem>(method, TaskShape.TokenNothing, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3>(Func<T1, T2, T3, CancellationToken, Task> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, NoItem>(method, TaskShape.TokenAsyncNothing, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs a method with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3, T4>(Action<T1, T2, T3, T4> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, NoItem>(method, TaskShape.Nothing, new(arg1, arg2, arg3, arg4), cancellationToken);

    /// <summary>Runs an asynchronous method with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Task> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, NoItem>(method, TaskShape.AsyncNothing, new(arg1, arg2, arg3, arg4), cancellationToken);

    /// <summary>Runs a method that can be canceled with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3, T4>(Action<T1, T2, T3, T4, CancellationToken> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, NoItem>(method, TaskShape.TokenNothing, new(arg1, arg2, arg3, arg4), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken)" path="/exception"/>
    public Task RunAsync<T1, T2, T3, T4>(Func<T1, T2, T3, T4, CancellationToken, Task> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, NoItem>(method, TaskShape.TokenAsyncNothing, new(arg1, arg2, arg3, arg4), cancellationToken);
}
