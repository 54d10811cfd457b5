namespace CrossChannels.Workers.Pool;

/// <summary>A map over items that are all here.</summary>
internal sealed class MapCall<TArguments, TResult>(PoolMethod method, TArguments[] items, int chunkSize, IProgress<int>? progress)
    : PoolCall(method)
    where TArguments : struct, IArguments<TArguments>
{
    private readonly TaskCompletionSource<TResult[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TResult[] _results = new TResult[items.Length];
    private readonly Lock _progressGate = new();
    private int _next;
    private int _finished;

    public Task<TResult[]> Done => _done.Task;

    protected override int Fresh => (int)(((long)items.Length - _next + chunkSize - 1) / chunkSize);

    public override void Write(Chunk chunk, TaskWriter writer)
    {
        for (int i = chunk.Next; i < chunk.Next + chunk.Left; i++)
            items[i].Write(writer);
    }

    public override void Read(Chunk chunk, int count, TaskReader reader)
    {
        for (int i = chunk.Next; i < chunk.Next + count; i++)
            _results[i] = ValueCodec<TResult>.Read(reader);
        if (progress is null || count == 0)
            return;
        // One report after the other, so that the numbers rise.
        lock (_progressGate)
        {
            _finished += count;
            progress.Report(_finished);
        }
    }

    public override void Finish() => Settle.With(_done, StopReason, _results);

    protected override Chunk? TakeFresh(int most)
    {
        int count = Math.Min(Math.Min(chunkSize, items.Length - _next), most);
        var chunk = new Chunk(this, _next, count);
        _next += count;
        return chunk;
    }
}
