using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <content>Maps a method over items.</content>
public sealed partial class WorkerPool
{
    /// <summary>Runs a method for each item, and returns the results in the order of the items.</summary>
    /// <param name="method">A static method.</param>
    /// <param name="source">The items; enumerated at the call.</param>
    /// <param name="chunkSize">
    /// How many items go to a worker at a time; fewer where they are more than 1 MiB. Default: <see cref="WorkerPoolOptions.ChunkSize"/>.
    /// </param>
    /// <param name="progress">Told how many items are done, when it has become more.</param>
    /// <param name="cancellationToken">Cancels what is queued, and <see cref="WorkerProcess.Stopping"/> of what runs.</param>
    /// <exception cref="ArgumentException">The method cannot be found again in another process, or an item cannot go there.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete.</exception>
    /// <exception cref="NotSupportedException">The result cannot go to another process.</exception>
    /// <exception cref="WorkerFailedException">What the method threw first; items after it may not have been run.</exception>
    /// <exception cref="WorkerLostException">
    /// A worker died more often than <see cref="WorkerPoolOptions.MaxRetries"/> allows, or none could be started.
    /// </exception>
    /// <exception cref="TimeoutException">An item took longer than <see cref="WorkerPoolOptions.TaskTimeout"/>.</exception>
    public Task<TResult[]> MapAsync<T, TResult>(
        Func<T, TResult> method, IEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<T, TResult>(method, source, ArgumentWriter.Single<T>, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T, TResult>(
        Func<T, Task<TResult>> method, IEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<T, TResult>(method, source, ArgumentWriter.Single<T>, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method of two parameters for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T1, T2, TResult>(
        Func<T1, T2, TResult> method, IEnumerable<(T1, T2)> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<(T1, T2), TResult>(method, source, ArgumentWriter.Pair<T1, T2>, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method of two parameters for each item, and returns the results in the order of the items.</summary>
    /// <inheritdoc cref="MapAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::exception]"/>
    public Task<TResult[]> MapAsync<T1, T2, TResult>(
        Func<T1, T2, Task<TResult>> method, IEnumerable<(T1, T2)> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        MapAsync<(T1, T2), TResult>(method, source, ArgumentWriter.Pair<T1, T2>, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results in the order of the items.</summary>
    /// <param name="method">A static method.</param>
    /// <param name="source">The items; taken while no more than <see cref="WorkerPoolOptions.MaxInFlight"/> are in hand.</param>
    /// <param name="chunkSize">
    /// How many items go to a worker at a time; fewer where the source makes them wait, or where they are more than 1 MiB. Default:
    /// <see cref="WorkerPoolOptions.ChunkSize"/>.
    /// </param>
    /// <param name="progress">Told how many items are done, when it has become more.</param>
    /// <param name="cancellationToken">
    /// Cancels what is queued, and <see cref="WorkerProcess.Stopping"/> of what runs; so does leaving the loop.
    /// </param>
    /// <remarks>
    /// The call begins with the first result that is asked for. Errors are those of <c>MapAsync</c>. Before an error of the source come the
    /// results of all items
    /// that it gave; before an error of an item those of all items before it, if results come in order, and otherwise those that are there.
    /// </remarks>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, TResult> method, IEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, AsAsync(source), isOrdered: true, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, AsAsync(source), isOrdered: true, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, TResult> method, IAsyncEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, source, isOrdered: true, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IAsyncEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, source, isOrdered: true, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, TResult> method, IEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, AsAsync(source), isOrdered: false, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, AsAsync(source), isOrdered: false, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, TResult> method, IAsyncEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, source, isOrdered: false, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)"
    ///     path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IAsyncEnumerable<T> source,
        int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, TResult>(method, source, isOrdered: false, chunkSize, progress, cancellationToken);
}
