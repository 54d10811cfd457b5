using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Pool;

/// <summary>One task.</summary>
/// <param name="method">What to run.</param>
/// <param name="arguments">Its arguments as they are sent.</param>
internal sealed class RunCall<TResult>(PoolMethod method, GivenArguments arguments) : PoolCall(method)
{
    private readonly TaskCompletionSource<TResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isTaken;
    private TResult? _result;

    public Task<TResult> Done => _done.Task;

    public override bool HasItems => false;

    protected override int Fresh => _isTaken ? 0 : 1;

    protected override long FreshTasks => Fresh;

    public override void Write(int task, MessageWriter writer) => writer.Append(arguments.Bytes.Span);

    public override void Read(Chunk chunk, int count, MessageReader reader)
    {
        if (count > 0)
            _result = ValueCodec<TResult>.Instance.Read(reader);
    }

    public override void Finish()
    {
        // A task that is done has opened its ends, though they may still be on their way to the other side.
        if (StopReason is not null)
            arguments.Withdraw(StopReason);
        Complete(_done, _result!);
    }

    protected override Chunk? TakeFresh(int most)
    {
        _isTaken = true;
        return new Chunk(this, 0, 1);
    }
}
