namespace CrossChannels.Workers.Pool;

/// <summary>One task.</summary>
/// <param name="method">What to run.</param>
/// <param name="arguments">Its arguments as they are sent.</param>
/// <param name="ends">Ends among them; <see langword="null"/> if there are none.</param>
internal sealed class RunCall<TResult>(PoolMethod method, byte[] arguments, GivenEnds? ends) : PoolCall(method)
{
    private readonly TaskCompletionSource<TResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isTaken;
    private TResult? _result;

    public Task<TResult> Done => _done.Task;

    protected override int Fresh => _isTaken ? 0 : 1;

    public override void Write(Chunk chunk, TaskWriter writer) => writer.Append(arguments);

    public override void Read(Chunk chunk, int count, TaskReader reader)
    {
        if (count > 0)
            _result = ValueCodec<TResult>.Read(reader);
    }

    public override void Finish()
    {
        // A task that is done has opened them, though they may still be on their way to the other end.
        if (StopReason is not null)
            ends?.Withdraw(StopReason);
        Settle.With(_done, StopReason, _result!);
    }

    protected override Chunk? TakeFresh(int most)
    {
        _isTaken = true;
        return new Chunk(this, 0, 1);
    }
}
