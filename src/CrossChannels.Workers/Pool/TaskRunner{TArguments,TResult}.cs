using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <inheritdoc/>
internal sealed class TaskRunner<TArguments, TResult> : TaskRunner
    where TArguments : struct, IArguments<TArguments>
{
    private TaskBody<TArguments, TResult>? _body;

    public override void Bind(MethodInfo method, object? target, TaskShape shape) => _body = TArguments.Bind<TResult>(method, target, shape);

    public override ValueTask RunAsync(TaskReader arguments, TaskWriter result, CancellationToken cancellationToken)
    {
        ValueTask<TResult> running = _body!(TArguments.Read(arguments), cancellationToken);
        if (!running.IsCompletedSuccessfully)
            return FinishAsync(running, result);
#pragma warning disable VSTHRD103, CA1849 // It is completed.
        ValueCodec<TResult>.Write(result, running.Result);
#pragma warning restore VSTHRD103, CA1849
        return default;
    }

    private static async ValueTask FinishAsync(ValueTask<TResult> running, TaskWriter result) =>
        ValueCodec<TResult>.Write(result, await running.ConfigureAwait(false));
}
