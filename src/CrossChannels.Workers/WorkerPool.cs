using System.Runtime.CompilerServices;
using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <summary>Runs static methods of this program in a number of processes.</summary>
/// <remarks>
/// Never more tasks run than there are workers. Workers start when there is something for them to do, or at <see cref="StartAsync"/>, and stay until the pool
/// has been completed and its calls are over; one that dies is replaced. They end with this process. Members may be used from any thread.
/// Disposing completes the pool and waits for its calls and workers.
/// </remarks>
public sealed partial class WorkerPool : IAsyncDisposable
{
    // Of each worker's share of a map, as Python has it: enough chunks to even out differences.
    private const int ChunksPerWorker = 4;

    private readonly PoolScheduler _scheduler;
    private readonly WorkerPoolOptions _settings;

    /// <summary>Makes a pool, without starting workers.</summary>
    /// <param name="workers">How many workers. Default: as many as there are processors.</param>
    /// <param name="settings">How it behaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public WorkerPool(int? workers = null, WorkerPoolOptions? settings = null)
        : this(workers, settings, factory: null)
    {
    }

    internal WorkerPool(int? workers, WorkerPoolOptions? settings, PoolWorkerFactory? factory)
    {
        int size = workers ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(workers));
        _settings = settings ?? WorkerPoolOptions.Default;
        _scheduler = new PoolScheduler(size, _settings, factory ?? StartWorkerAsync);
    }

    /// <summary>How many workers it has at most.</summary>
    public int Size => _scheduler.Size;

    /// <summary>Process ids of the workers that are ready now.</summary>
    public IReadOnlyList<int> ProcessIds => _scheduler.ProcessIds;

    /// <summary>Starts all workers, and waits until their initializers have run.</summary>
    /// <exception cref="WorkerLostException">A worker could not be started, or its initializer failed.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => _scheduler.StartAsync(cancellationToken);

    /// <summary>Takes no more calls; those that were made go on, and workers end when these are over.</summary>
    public void Complete() => _scheduler.Complete();

    /// <summary>Cancels all calls and kills the workers. Takes no more calls.</summary>
    public void Terminate() => _scheduler.Terminate();

    /// <summary>Waits until all calls are over and all workers gone.</summary>
    /// <exception cref="InvalidOperationException">The pool is neither complete nor terminated.</exception>
    public Task JoinAsync(CancellationToken cancellationToken = default) =>
        _scheduler.IsCompleted
            ? _scheduler.Joined.WaitAsync(cancellationToken)
            : throw new InvalidOperationException("The pool is not complete, so that it has no end to wait for. Call Complete() or Terminate() first.");

    /// <summary>Completes the pool, and waits until all calls are over and all workers gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Complete();
        await _scheduler.Joined.ConfigureAwait(false);
    }

    private Task<IPoolWorker> StartWorkerAsync(string name, CancellationToken cancellationToken)
    {
        WorkerOptions worker = _settings.Worker ?? new WorkerOptions();
        return ProcessPoolWorker.StartAsync(
            new WorkerOptions
            {
                Name = name,
                IsDaemon = true,
                Environment = worker.Environment,
                WorkingDirectory = worker.WorkingDirectory,
                Output = worker.Output,
                Error = worker.Error,
                TerminateTimeout = worker.TerminateTimeout,
                Logger = worker.Logger ?? _settings.Logger,
            },
            cancellationToken);
    }

    private async Task<TResult> RunAsync<TArguments, TResult>(Delegate method, TaskShape shape, TArguments arguments, CancellationToken cancellationToken)
        where TArguments : struct, IArguments<TArguments>
    {
        PoolMethod named = PoolMethod.Create<TArguments, TResult>(method, shape);
        _scheduler.ThrowIfCompleted();
        cancellationToken.ThrowIfCancellationRequested();
        GivenEnds? ends = await GivenEnds.GiveAsync(arguments, $"a task of {named.DisplayName}", cancellationToken).ConfigureAwait(false);
        RunCall<TResult> call;
        try
        {
            call = new RunCall<TResult>(named, Encode(arguments, named, ends), ends) { CanRetry = ends is null };
            _scheduler.Submit(call, cancellationToken);
        }
        catch (Exception e)
        {
            ends?.Withdraw(e);
            throw;
        }
        return await call.Done.ConfigureAwait(false);
    }

    private static byte[] Encode<TArguments>(TArguments arguments, PoolMethod method, GivenEnds? ends)
        where TArguments : struct, IArguments<TArguments>
    {
        var writer = new TaskWriter { Ends = ends };
        try
        {
            arguments.Write(writer);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
#pragma warning disable MA0015 // Which of the caller's arguments it was is in the message.
            throw new ArgumentException($"An argument of {method.DisplayName} cannot go to another process: {e.Message}", e);
#pragma warning restore MA0015
        }
        return writer.Written.ToArray();
    }

    private async Task<TResult[]> MapAsync<TItem, TArguments, TResult>(
        Delegate method, TaskShape shape, IEnumerable<TItem> source, Func<TItem, TArguments> convert, int? chunkSize, IProgress<int>? progress,
        CancellationToken cancellationToken)
        where TArguments : struct, IArguments<TArguments>
    {
        ArgumentNullException.ThrowIfNull(source);
        PoolMethod named = PoolMethod.Create<TArguments, TResult>(method, shape);
        int? size = CheckChunkSize(chunkSize);
        _scheduler.ThrowIfCompleted();
        cancellationToken.ThrowIfCancellationRequested();
        TArguments[] items = [.. source.Select(convert)];
        int share = (int)(((long)items.Length + (Size * (long)ChunksPerWorker) - 1) / (Size * (long)ChunksPerWorker));
        var call = new MapCall<TArguments, TResult>(named, items, size ?? Math.Max(share, 1), progress);
        _scheduler.Submit(call, cancellationToken);
        return await call.Done.ConfigureAwait(false);
    }

    private IAsyncEnumerable<TResult> StreamAsync<TItem, TArguments, TResult>(
        Delegate method, TaskShape shape, IAsyncEnumerable<TItem> source, Func<TItem, TArguments> convert, bool isOrdered, int? chunkSize,
        IProgress<int>? progress, CancellationToken cancellationToken)
        where TArguments : struct, IArguments<TArguments>
    {
        ArgumentNullException.ThrowIfNull(source);
        PoolMethod named = PoolMethod.Create<TArguments, TResult>(method, shape);
        int size = CheckChunkSize(chunkSize) ?? 1;
        _scheduler.ThrowIfCompleted();
        return ReadAsync<TItem, TArguments, TResult>(named, source, convert, isOrdered, size, progress, cancellationToken);
    }

    private async IAsyncEnumerable<TResult> ReadAsync<TItem, TArguments, TResult>(
        PoolMethod method, IAsyncEnumerable<TItem> source, Func<TItem, TArguments> convert, bool isOrdered, int chunkSize, IProgress<int>? progress,
        CancellationToken callToken, [EnumeratorCancellation] CancellationToken loopToken = default)
        where TArguments : struct, IArguments<TArguments>
    {
        int maxInFlight = _settings.MaxInFlight ?? (int)Math.Min(int.MaxValue, (long)ChunksPerWorker * Size * chunkSize);
        var call = new StreamCall<TArguments, TResult>(method, maxInFlight, isOrdered, progress);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(callToken, loopToken);
        CancellationToken token = callToken.IsCancellationRequested || !loopToken.CanBeCanceled ? callToken : stop.Token;
        token.ThrowIfCancellationRequested();
        _scheduler.Submit(call, token);
        var feeder = new StreamFeeder<TItem, TArguments, TResult>(_scheduler, call, convert, chunkSize);
        Task feeding = Task.Run(() => feeder.RunAsync(source, stop.Token), CancellationToken.None);
        try
        {
            await foreach (TResult result in call.Results.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                call.Room.Release();
                yield return result;
            }
        }
        finally
        {
            _scheduler.Stop(call, new OperationCanceledException("The loop over the results was left."));
            await call.Finished.ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            // A source that does not heed its token is left alone.
            await Task.WhenAny(feeding, Task.Delay(_settings.CancelTimeout, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private int? CheckChunkSize(int? chunkSize) =>
        chunkSize is null or > 0
            ? chunkSize ?? _settings.ChunkSize
            : throw new ArgumentOutOfRangeException(nameof(chunkSize), chunkSize, "The chunk size must be 1 or more.");
}
