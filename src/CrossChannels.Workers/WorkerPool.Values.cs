using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <content>Runs single methods that return a value.</content>
public sealed partial class WorkerPool
{
    /// <summary>Runs a method without arguments in a worker.</summary>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an argument cannot go there.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete, or an argument was given away before.</exception>
    /// <exception cref="WorkerFailedException">What the method threw.</exception>
    /// <exception cref="WorkerLostException">Its worker died, or none could be started.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="WorkerPoolOptions.TaskTimeout"/>.</exception>
    public Task<TResult> RunAsync<TResult>(Func<TResult> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, TResult>(method, TaskShape.Value, default, cancellationToken);

    /// <summary>Runs an asynchronous method without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<TResult>(Func<Task<TResult>> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, TResult>(method, TaskShape.AsyncValue, default, cancellationToken);

    /// <summary>Runs a method that can be canceled without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<TResult>(Func<CancellationToken, TResult> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, TResult>(method, TaskShape.TokenValue, default, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled without arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<TResult>(Func<CancellationToken, Task<TResult>> method, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments0, TResult>(method, TaskShape.TokenAsyncValue, default, cancellationToken);

    /// <summary>Runs a method with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T, TResult>(Func<T, TResult> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, TResult>(method, TaskShape.Value, new(arg), cancellationToken);

    /// <summary>Runs an asynchronous method with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T, TResult>(Func<T, Task<TResult>> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, TResult>(method, TaskShape.AsyncValue, new(arg), cancellationToken);

    /// <summary>Runs a method that can be canceled with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T, TResult>(Func<T, CancellationToken, TResult> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, TResult>(method, TaskShape.TokenValue, new(arg), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with one argument in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T, TResult>(Func<T, CancellationToken, Task<TResult>> method, T arg, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments1<T>, TResult>(method, TaskShape.TokenAsyncValue, new(arg), cancellationToken);

    /// <summary>Runs a method with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, TResult>(Func<T1, T2, TResult> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, TResult>(method, TaskShape.Value, new(arg1, arg2), cancellationToken);

    /// <summary>Runs an asynchronous method with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, TResult>(Func<T1, T2, Task<TResult>> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, TResult>(method, TaskShape.AsyncValue, new(arg1, arg2), cancellationToken);

    /// <summary>Runs a method that can be canceled with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, TResult>(Func<T1, T2, CancellationToken, TResult> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, TResult>(method, TaskShape.TokenValue, new(arg1, arg2), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with two arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, TResult>(Func<T1, T2, CancellationToken, Task<TResult>> method, T1 arg1, T2 arg2, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments2<T1, T2>, TResult>(method, TaskShape.TokenAsyncValue, new(arg1, arg2), cancellationToken);

    /// <summary>Runs a method with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, TResult>(method, TaskShape.Value, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs an asynchronous method with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, TResult>(Func<T1, T2, T3, Task<TResult>> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, TResult>(method, TaskShape.AsyncValue, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs a method that can be canceled with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, TResult>(Func<T1, T2, T3, CancellationToken, TResult> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, TResult>(method, TaskShape.TokenValue, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with three arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, TResult>(Func<T1, T2, T3, CancellationToken, Task<TResult>> method, T1 arg1, T2 arg2, T3 arg3, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments3<T1, T2, T3>, TResult>(method, TaskShape.TokenAsyncValue, new(arg1, arg2, arg3), cancellationToken);

    /// <summary>Runs a method with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, TResult>(method, TaskShape.Value, new(arg1, arg2, arg3, arg4), cancellationToken);

    /// <summary>Runs an asynchronous method with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, Task<TResult>> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, TResult>(method, TaskShape.AsyncValue, new(arg1, arg2, arg3, arg4), cancellationToken);

    /// <summary>Runs a method that can be canceled with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, CancellationToken, TResult> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, TResult>(method, TaskShape.TokenValue, new(arg1, arg2, arg3, arg4), cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled with four arguments in a worker.</summary>
    /// <inheritdoc cref="RunAsync{TResult}(Func{TResult}, CancellationToken)" path="/exception"/>
    public Task<TResult> RunAsync<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, CancellationToken, Task<TResult>> method, T1 arg1, T2 arg2, T3 arg3, T4 arg4, CancellationToken cancellationToken = default) =>
        RunAsync<Arguments4<T1, T2, T3, T4>, TResult>(method, TaskShape.TokenAsyncValue, new(arg1, arg2, arg3, arg4), cancellationToken);
}
