using System.Reflection;
using System.Runtime.CompilerServices;
using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Pool;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers;

/// <summary>Runs static methods of this program in a number of processes.</summary>
/// <remarks>
/// Never more tasks run than there are workers. Workers start when there is something for them to do, or at <see cref="StartAsync"/>, and
/// stay until the pool
/// has been completed and its calls are over; one that dies is replaced. They end with this process. Members may be used from any thread.
/// Disposing completes the pool and waits for its calls and workers.
/// </remarks>
public sealed partial class WorkerPool : IAsyncDisposable
{
    // Of each worker's share of a map, as Python has it: enough chunks to even out differences.
    private const int ChunksPerWorker = 4;

    private readonly PoolScheduler _scheduler;
    private readonly WorkerPoolOptions _options;

    // False over the workers of tests, which are not processes.
    private readonly bool _hasProcesses;

    /// <summary>Makes a pool, without starting workers.</summary>
    /// <param name="workers">How many workers. Default: as many as there are processors.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public WorkerPool(int? workers = null, WorkerPoolOptions? options = null)
        : this(workers, options, factory: null)
    {
    }

    internal WorkerPool(int? workers, WorkerPoolOptions? options, PoolWorkerFactory? factory)
    {
        int size = workers ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(workers));
        _options = options ?? WorkerPoolOptions.Default;
        _hasProcesses = factory is null;
        _scheduler = new PoolScheduler(size, _options, factory ?? StartWorkerAsync);
    }

    /// <summary>How many workers it has at most.</summary>
    public int Size => _scheduler.Size;

    /// <summary>Process ids of the workers that are ready now.</summary>
    public IReadOnlyList<int> ProcessIds => _scheduler.ProcessIds;

    /// <summary>Starts all workers, and waits until their initializers have run and all are ready at one time.</summary>
    /// <exception cref="WorkerLostException">A worker could not be started, or its initializer failed.</exception>
    /// <exception cref="InvalidOperationException">The pool is complete.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_hasProcesses)
            StartForm.Check("the methods that the pool runs");
        return _scheduler.StartAsync(cancellationToken);
    }

    /// <summary>Takes no more calls; those that were made go on, and workers end when these are over.</summary>
    public void Complete() => _scheduler.Complete();

    /// <summary>Cancels all calls and kills the workers. Takes no more calls.</summary>
    public void Terminate() => _scheduler.Terminate();

    /// <summary>Waits until all calls are over and all workers gone.</summary>
    /// <exception cref="InvalidOperationException">The pool is neither complete nor terminated.</exception>
    public Task JoinAsync(CancellationToken cancellationToken = default) =>
        _scheduler.IsCompleted
            ? _scheduler.Joined.WaitAsync(cancellationToken)
            : throw new InvalidOperationException(
                "The pool is not complete, so there is no end to wait for. Call Complete() or Terminate() first.");

    /// <summary>Completes the pool, and waits until all calls are over and all workers gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Complete();
        await _scheduler.Joined.ConfigureAwait(false);
    }

    private Task<IPoolWorker> StartWorkerAsync(string name, CancellationToken cancellationToken)
    {
        WorkerOptions worker = _options.Worker ?? WorkerOptions.Default;
        return ProcessPoolWorker.StartAsync(
            worker with
            {
                Name = name,
                IsDaemon = true,
                ExitOnSignal = worker.ExitOnSignal ?? false,
                Logger = worker.Logger ?? _options.Logger,
            },
            cancellationToken);
    }

    /// <summary>Checks what can be told of a call before it begins.</summary>
    private PoolMethod Check<TResult>(Delegate method)
    {
        var named = PoolMethod.Create<TResult>(method);
        if (_hasProcesses)
            StartForm.Check(named.DisplayName);
        _scheduler.ThrowIfCompleted();
        return named;
    }

    private async Task<TResult> RunAsync<TResult>(Delegate method, ArgumentList arguments, CancellationToken cancellationToken)
    {
        PoolMethod named = Check<TResult>(method);
        cancellationToken.ThrowIfCancellationRequested();
        arguments.Encode(method.Method);
        GivenArguments given = await arguments.GiveAsync($"a task of {named.DisplayName}", cancellationToken).ConfigureAwait(false);
        RunCall<TResult> call;
        try
        {
            call = new RunCall<TResult>(named, given) { CanRetry = !arguments.HasEnds };
            _scheduler.Submit(call, cancellationToken);
        }
        catch (Exception e)
        {
            given.Withdraw(e);
            throw;
        }
        return await call.Done.ConfigureAwait(false);
    }

    private async Task<TResult[]> MapAsync<TItem, TResult>(
        Delegate method, IEnumerable<TItem> source, Func<MethodInfo, ArgumentWriter<TItem>> write, int? chunkSize, IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        PoolMethod named = Check<TResult>(method);
        ArgumentWriter<TItem> writer = write(method.Method);
        int? size = CheckChunkSize(chunkSize);
        cancellationToken.ThrowIfCancellationRequested();
        TItem[] items = [.. source];
        int share = (int)(((long)items.Length + (Size * (long)ChunksPerWorker) - 1) / (Size * (long)ChunksPerWorker));
        var call = new MapCall<TItem, TResult>(named, items, writer, size ?? Math.Max(share, 1), progress);
        _scheduler.Submit(call, cancellationToken);
        return await call.Done.ConfigureAwait(false);
    }

    private IAsyncEnumerable<TResult> StreamAsync<TItem, TResult>(
        Delegate method, IAsyncEnumerable<TItem> source, bool isOrdered, int? chunkSize, IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        PoolMethod named = Check<TResult>(method);
        ArgumentWriter<TItem> writer = ArgumentWriter.Single<TItem>(method.Method);
        int size = CheckChunkSize(chunkSize) ?? 1;
        int maxInFlight = _options.MaxInFlight ?? (int)Math.Min(int.MaxValue, (long)ChunksPerWorker * Size * size);
        return ReadAsync(
            () => new StreamCall<TItem, TResult>(named, writer, maxInFlight, isOrdered, progress), source, size, cancellationToken);
    }

    private async IAsyncEnumerable<TResult> ReadAsync<TItem, TResult>(
        Func<StreamCall<TItem, TResult>> begin, IAsyncEnumerable<TItem> source, int chunkSize, CancellationToken callToken,
        [EnumeratorCancellation] CancellationToken loopToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(callToken, loopToken);
        CancellationToken token = callToken.IsCancellationRequested || !loopToken.CanBeCanceled ? callToken : stop.Token;
        token.ThrowIfCancellationRequested();
        StreamCall<TItem, TResult> call = begin();
        _scheduler.Submit(call, token);
        var feeder = new StreamFeeder<TItem, TResult>(_scheduler, call, chunkSize);
        Task feeding = Task.Run(() => feeder.RunAsync(source, stop.Token), CancellationToken.None);
        var loop = new StreamLoop(_scheduler, call, _options.Logger);
        try
        {
            // As a task, which forgets its continuation: the waiter of a channel keeps it, and so a forgotten enumerator, until the next
            // wait.
            while (await call.Results.WaitToReadAsync(CancellationToken.None).AsTask().ConfigureAwait(false))
            {
                while (call.Results.TryRead(out TResult? result))
                {
                    call.Room.Release();
                    yield return result;
                }
            }
        }
        finally
        {
            loop.Dispose();
            await call.Finished.ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            // A source that does not heed its token is left alone.
            await Task.WhenAny(feeding, Task.Delay(_options.CancelTimeout, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private int? CheckChunkSize(int? chunkSize) =>
        chunkSize is null or > 0
            ? chunkSize ?? _options.ChunkSize
            : throw new ArgumentOutOfRangeException(nameof(chunkSize), chunkSize, "The chunk size must be 1 or more.");

#pragma warning disable CS1998 // Nothing to wait for.
    private static async IAsyncEnumerable<T> AsAsync<T>(IEnumerable<T> source)
#pragma warning restore CS1998
    {
        ArgumentNullException.ThrowIfNull(source);
        foreach (T item in source)
            yield return item;
    }
}
