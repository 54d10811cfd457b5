namespace ParallelGzip;

/// <summary>A block on its way: its bytes, and who compresses it.</summary>
internal sealed class Block(byte[] bytes)
{
    private readonly TaskCompletionSource<Worker> _worker = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public byte[] Bytes => bytes;

    /// <summary>The worker that has taken the block; its members come in the order in which it took blocks.</summary>
    public Task<Worker> Worker => _worker.Task;

    public void GiveTo(Worker worker) => _worker.SetResult(worker);
}
