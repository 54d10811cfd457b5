namespace CrossChannels.Hub;

/// <summary>Cancels an operation of a built-in channel, but never while the operation is being queued.</summary>
/// <remarks>
/// A cancellation at just that moment leaves a canceled reader in the channel's queue, which then swallows the next item. So the channel sees a
/// token of its own, and the caller's is linked to it when the operation is queued.
/// </remarks>
internal readonly struct SafeCancellation(CancellationToken caller)
{
    private readonly CancellationTokenSource? _source = caller.CanBeCanceled ? new CancellationTokenSource() : null;

    /// <summary>What the channel sees.</summary>
    public CancellationToken Token => _source?.Token ?? default;

    /// <summary>The operation is queued: from now on the caller may cancel it.</summary>
    public CancellationTokenRegistration Link() => _source is null
        ? default
        : caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);

    /// <summary>The error as the caller knows it: with its own token.</summary>
    public Exception Translate(Exception error) => error is OperationCanceledException canceled && _source is not null && canceled.CancellationToken == _source.Token
        ? new OperationCanceledException(caller)
        : error;
}
