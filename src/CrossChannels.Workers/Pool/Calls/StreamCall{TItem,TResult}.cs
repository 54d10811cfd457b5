using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CrossChannels.Threading;
using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Pool;

/// <summary>A map over items that come, whose results are taken as they come or in the order of the items.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphore has no handle unless one is asked for.")]
internal sealed class StreamCall<TItem, TResult> : PoolCall
{
    private readonly Channel<TResult> _results = Channel.CreateUnbounded<TResult>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _room;
    private readonly ArgumentWriter<TItem> _write;
    private readonly bool _isOrdered;
    private readonly ProgressReports? _progress;

    // Under the scheduler's lock.
    private readonly Queue<Chunk> _fresh = new();
    private bool _isSourceDone;

    // Under its own, which is never taken together with the scheduler's: items by number, results that others have to come before, the
    // first failed task.
    private readonly RankedLock _gate = new(LockRank.PoolResults);
    private readonly Dictionary<int, TItem> _items = [];
    private readonly Dictionary<int, TResult> _early = [];
    private int _nextResult;
    private int _failedTask = int.MaxValue;
    private Exception? _failure;
    private Exception? _sourceFailure;

    public StreamCall(PoolMethod method, ArgumentWriter<TItem> write, int maxInFlight, bool isOrdered, IProgress<int>? progress)
        : base(method)
    {
        _write = write;
        _room = new SemaphoreSlim(maxInFlight);
        _isOrdered = isOrdered;
        _progress = progress is null ? null : new ProgressReports(progress);
    }

    /// <summary>Done, without error, when no task of it runs.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Waits for room for one more item.</summary>
    public SemaphoreSlim Room => _room;

    public ChannelReader<TResult> Results => _results.Reader;

    public override Exception? DueFailure
    {
        get
        {
            using (_gate.Enter())
                return _nextResult >= _failedTask ? _failure : null;
        }
    }

    protected override int Fresh => _fresh.Count;

    protected override long FreshTasks => _fresh.Sum(static chunk => (long)chunk.Left);

    protected override bool IsSourceDone => _isSourceDone;

    /// <summary>Keeps items until their results are there; before <see cref="AddChunk"/>.</summary>
    public void Keep(int first, List<TItem> items)
    {
        using (_gate.Enter())
        {
            for (int i = 0; i < items.Count; i++)
                _items.Add(first + i, items[i]);
        }
    }

    /// <summary>Adds tasks; under the scheduler's lock.</summary>
    public void AddChunk(int first, int count)
    {
        var chunk = new Chunk(this, first, count);
        if (IsNeeded(chunk))
            _fresh.Enqueue(chunk);
    }

    /// <summary>
    /// Notes that no more items come because the source threw: what it gave before is done first. Before <see cref="EndSource"/>.
    /// </summary>
    public void FailSource(Exception reason) => _sourceFailure = reason;

    /// <summary>No more items come; under the scheduler's lock.</summary>
    public void EndSource() => _isSourceDone = true;

    public override void DropFrom(int task)
    {
        base.DropFrom(task);
        for (int count = _fresh.Count; count > 0; count--)
        {
            Chunk chunk = _fresh.Dequeue();
            if (IsNeeded(chunk))
                _fresh.Enqueue(chunk);
        }
    }

    public override Exception? Fail(int task, Exception reason)
    {
        if (!_isOrdered)
            return reason;
        using (_gate.Enter())
        {
            // The first in the order of the items, not of time: a loop sees the same each time.
            if (task < _failedTask)
                (_failedTask, _failure) = (task, reason);
        }
        return DueFailure;
    }

    public override void Write(int task, MessageWriter writer)
    {
        TItem? item;
        using (_gate.Enter())
            item = _items[task];
        _write(writer, item);
    }

    public override void Read(Chunk chunk, int count, MessageReader reader)
    {
        ValueCodec<TResult> codec = ValueCodec<TResult>.Instance;
        for (int i = chunk.Next; i < chunk.Next + count; i++)
        {
            TResult result = codec.Read(reader);
            using (_gate.Enter())
            {
                _items.Remove(i);
                Pass(i, result);
            }
        }
        if (count > 0)
            _progress?.Add(count);
    }

    public override void Finish()
    {
        _results.Writer.TryComplete(StopReason ?? _sourceFailure);
        _finished.SetResult();
    }

    protected override Chunk? TakeFresh(int most)
    {
        Chunk chunk = _fresh.Peek();
        if (chunk.Left <= most)
            return _fresh.Dequeue();
        var part = new Chunk(this, chunk.Next, most);
        chunk.Advance(most);
        return part;
    }

    private void Pass(int number, TResult result)
    {
        if (!_isOrdered)
        {
            _results.Writer.TryWrite(result);
            return;
        }
        if (number >= _failedTask)
            return;
        _early.Add(number, result);
        while (_nextResult < _failedTask && _early.Remove(_nextResult, out TResult? next))
        {
            _nextResult++;
            _results.Writer.TryWrite(next);
        }
    }
}
