namespace CrossChannels.Hosting;

/// <summary>Works on the items of a leased channel, one a call; a scope and an object of its own for each. See <c>AddLeasedWorker</c>.</summary>
/// <typeparam name="T">The item type.</typeparam>
public interface ILeaseHandler<in T>
{
    /// <summary>Does the work. The item is settled when the task succeeds; when it fails, <see cref="LeasedWorkerOptions{T}.OnFailure"/> decides.</summary>
    /// <param name="item">The item.</param>
    /// <param name="context">Which delivery it is, and of which channel.</param>
    /// <param name="cancellationToken">
    /// Canceled when the result would not count: the lease was lost with its hub, or the host's shutdown time is up. A host that begins to stop does not cancel it.
    /// </param>
    Task HandleAsync(T item, LeaseContext context, CancellationToken cancellationToken);
}

/// <summary>What a handler is told of an item beside the item.</summary>
/// <param name="Channel">The name that the worker is registered by.</param>
/// <param name="DeliveryCount">Which delivery of the item this is; 1 is the first. Above 1 the work may have been done.</param>
public sealed record LeaseContext(string Channel, int DeliveryCount);

/// <summary>What becomes of an item whose handler failed.</summary>
public enum LeaseFailureAction
{
    /// <summary>It goes back, and is delivered again after a growing while, until <see cref="LeaseOptions.MaxDeliveries"/> of its channel.</summary>
    Abandon = 0,

    /// <summary>It goes to the channel's dead letters now.</summary>
    DeadLetter = 1,

    /// <summary>It is settled, as if the work were done.</summary>
    Complete = 2,
}
