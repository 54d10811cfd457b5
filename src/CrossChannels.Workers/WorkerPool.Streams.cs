using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <content>Maps a method over items that come, a bounded number at a time.</content>
public sealed partial class WorkerPool
{
    /// <summary>Runs a method for each item, and yields the results in the order of the items.</summary>
    /// <param name="method">A static method.</param>
    /// <param name="source">The items; taken while no more than <see cref="WorkerPoolOptions.MaxInFlight"/> are in hand.</param>
    /// <param name="chunkSize">How many items go to a worker at a time; fewer where the source makes them wait. Default: <see cref="WorkerPoolOptions.ChunkSize"/>.</param>
    /// <param name="progress">Told how many items are done, when it has become more.</param>
    /// <param name="cancellationToken">Cancels what is queued, and the token of what runs; so does leaving the loop.</param>
    /// <remarks>The call begins with the first result that is asked for. Errors are those of <c>MapAsync</c>, after the results that came before them.</remarks>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, TResult> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.Value, AsyncSource.FromAsync(source), static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.AsyncValue, AsyncSource.FromAsync(source), static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method that can be canceled for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, CancellationToken, TResult> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenValue, AsyncSource.FromAsync(source), static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenAsyncValue, AsyncSource.FromAsync(source), static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, TResult> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.Value, source, static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.AsyncValue, source, static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method that can be canceled for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, CancellationToken, TResult> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenValue, source, static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled for each item, and yields the results in the order of the items.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapOrderedAsync<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenAsyncValue, source, static item => new(item), true, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, TResult> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.Value, AsyncSource.FromAsync(source), static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.AsyncValue, AsyncSource.FromAsync(source), static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method that can be canceled for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, CancellationToken, TResult> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenValue, AsyncSource.FromAsync(source), static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> method, IEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenAsyncValue, AsyncSource.FromAsync(source), static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, TResult> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.Value, source, static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, Task<TResult>> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.AsyncValue, source, static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs a method that can be canceled for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, CancellationToken, TResult> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenValue, source, static item => new(item), false, chunkSize, progress, cancellationToken);

    /// <summary>Runs an asynchronous method that can be canceled for each item, and yields the results as they come.</summary>
    /// <inheritdoc cref="MapOrderedAsync{T, TResult}(Func{T, TResult}, IEnumerable{T}, int?, IProgress{int}?, CancellationToken)" path="/*[self::param or self::remarks]"/>
    public IAsyncEnumerable<TResult> MapUnorderedAsync<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> method, IAsyncEnumerable<T> source, int? chunkSize = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        StreamAsync<T, Arguments1<T>, TResult>(method, TaskShape.TokenAsyncValue, source, static item => new(item), false, chunkSize, progress, cancellationToken);
}
