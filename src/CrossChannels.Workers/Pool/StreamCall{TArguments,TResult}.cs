using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace CrossChannels.Workers.Pool;

/// <summary>A map over items that come, whose results are taken as they come or in the order of the items.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Nobody asks for its wait handle, so that it holds nothing.")]
internal sealed class StreamCall<TArguments, TResult> : PoolCall
    where TArguments : struct, IArguments<TArguments>
{
    private readonly Channel<TResult> _results = Channel.CreateUnbounded<TResult>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _room;
    private readonly IProgress<int>? _progress;

    // Under the scheduler's lock.
    private readonly Queue<Chunk> _fresh = new();
    private bool _isSourceDone;

    // Under its own: results that others have to come before, and arguments by number.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TResult>? _early;
    private readonly Dictionary<int, TArguments> _arguments = [];
    private int _nextResult;

    // One report after the other, so that the numbers rise.
    private readonly Lock _progressGate = new();
    private int _count;

    public StreamCall(PoolMethod method, int maxInFlight, bool isOrdered, IProgress<int>? progress)
        : base(method)
    {
        _room = new SemaphoreSlim(maxInFlight);
        _early = isOrdered ? [] : null;
        _progress = progress;
    }

    /// <summary>Done, without error, when nothing of it runs any more.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Waits for room for one more item.</summary>
    public SemaphoreSlim Room => _room;

    public ChannelReader<TResult> Results => _results.Reader;

    protected override int Fresh => _fresh.Count;

    protected override bool IsSourceDone => _isSourceDone;

    /// <summary>Adds items; under the scheduler's lock.</summary>
    public void Add(int first, List<TArguments> items)
    {
        lock (_gate)
        {
            for (int i = 0; i < items.Count; i++)
                _arguments.Add(first + i, items[i]);
        }
        _fresh.Enqueue(new Chunk(this, first, items.Count));
    }

    /// <summary>No more items come; under the scheduler's lock.</summary>
    public void EndSource() => _isSourceDone = true;

    public override void Write(Chunk chunk, TaskWriter writer)
    {
        for (int i = chunk.Next; i < chunk.Next + chunk.Left; i++)
        {
            TArguments arguments;
            lock (_gate)
                arguments = _arguments[i];
            arguments.Write(writer);
        }
    }

    public override void Read(Chunk chunk, int count, TaskReader reader)
    {
        for (int i = chunk.Next; i < chunk.Next + count; i++)
        {
            TResult result = ValueCodec<TResult>.Read(reader);
            lock (_gate)
            {
                _arguments.Remove(i);
                Pass(i, result);
            }
            if (_progress is null)
                continue;
            // Not under a lock that is taken under the scheduler's: what is told may ask the pool.
            lock (_progressGate)
                _progress.Report(++_count);
        }
    }

    public override void Finish()
    {
        _results.Writer.TryComplete(StopReason);
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
        if (_early is null)
        {
            _results.Writer.TryWrite(result);
            return;
        }
        _early.Add(number, result);
        while (_early.Remove(_nextResult, out TResult? next))
        {
            _nextResult++;
            _results.Writer.TryWrite(next);
        }
    }
}
