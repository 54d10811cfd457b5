using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Pool;

/// <summary>A map over items that are all here.</summary>
internal sealed class MapCall<TItem, TResult>(
    PoolMethod method, TItem[] items, ArgumentWriter<TItem> write, int chunkSize, IProgress<int>? progress) : PoolCall(method)
{
    private readonly TaskCompletionSource<TResult[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TResult[] _results = new TResult[items.Length];
    private readonly ProgressReports? _progress = progress is null ? null : new ProgressReports(progress);
    private int _next;

    public Task<TResult[]> Done => _done.Task;

    protected override int Fresh => (int)(((long)items.Length - _next + chunkSize - 1) / chunkSize);

    protected override long FreshTasks => items.Length - _next;

    public override void Write(int task, MessageWriter writer) => write(writer, items[task]);

    public override void Read(Chunk chunk, int count, MessageReader reader)
    {
        ValueCodec<TResult> codec = ValueCodec<TResult>.Instance;
        for (int i = chunk.Next; i < chunk.Next + count; i++)
            _results[i] = codec.Read(reader);
        if (count > 0)
            _progress?.Add(count);
    }

    public override void Finish() => Complete(_done, _results);

    protected override Chunk? TakeFresh(int most)
    {
        int count = Math.Min(Math.Min(chunkSize, items.Length - _next), most);
        var chunk = new Chunk(this, _next, count);
        _next += count;
        return chunk;
    }
}
