using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <content>Maps a method over items that are all here.</content>
public sealed partial class WorkerPool
{
    /// <summary>Runs a method for each item, and returns the results in the order of the items.</summary>
    /// <param name="method">A static method.</param>
    /// <param name="source">The items; enumerated at the call.</param>
    /// <param name="chunkSize">How many items go to a worker at a time. Default: <see cref="WorkerPoolOptions.ChunkSize"/>.</param>
    /// <param name="progress">Told how many items are done, when it has become more.</param>
    /// <param name="cancellationToken">Cancels what is queued, and the token of what runs.</param>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an item cannot go there.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete.</exception>
    /// <exception cref="WorkerFailedException">What the method threw first; items after it may not have been run.</exception>
    /// <exception cref="WorkerLostException">A worker died more often than <see cref="WorkerPoolOptions.MaxRetries"/> allows, or none could be started.</exception>
    /// <exception cref="TimeoutException">An item took longer than <see cref="WorkerPoolOptions.TaskTimeout"/>.</exception>
    public Task<TResult[]> MapAsync<T, TResult>(
        Func<T, TResult> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<T, Arguments1<T>, TResult>(method, TaskShape.Value, source, static item => new(item), chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T, TResult>(
        Func<T, Task<TResult>> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<T, Arguments1<T>, TResult>(method, TaskShape.AsyncValue, source, static item => new(item), chunkSize, progress, cancellationToken);

    /// <summary>Runs a method that can be canceled for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T, TResult>(
        Func<T, CancellationToken, TResult> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenValue, source, static item => new(item), chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenAsyncValue, source, static item => new(item), chunkSize, progress, cancellationToken);

    /// <summary>Runs a method of two parameters for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T1, T2, TResult>(
        Func<T1, T2, TResult> method, IEnumerable<(T1, T2)> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<(T1, T2), Arguments2<T1, T2>, TResult>(method, TaskShape.Value, source, static item => new(item.Item1, item.Item2), chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method of two parameters for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T1, T2, TResult>(
        Func<T1, T2, Task<TResult>> method, IEnumerable<(T1, T2)> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<(T1, T2), Arguments2<T1, T2>, TResult>(method, TaskShape.AsyncValue, source, static item => new(item.Item1, item.Item2), chunkSize, progress, cancellationToken);

    /// <summary>Runs a method of two parameters that can be canceled for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T1, T2, TResult>(
        Func<T1, T2, CancellationToken, TResult> method, IEnumerable<(T1, T2)> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<(T1, T2), Arguments2<T1, T2>, TResult>(method, TaskShape.TokenValue, source, static item => new(item.Item1, item.Item2), chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method of two parameters that can be canceled for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T1, T2, TResult>(
        Func<T1, T2, CancellationToken, Task<TResult>> method, IEnumerable<(T1, T2)> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<(T1, T2), Arguments2<T1, T2>, TResult>(method, TaskShape.TokenAsyncValue, source, static item => new(item.Item1, item.Item2), chunkSize, progress, cancellationToken);
}
