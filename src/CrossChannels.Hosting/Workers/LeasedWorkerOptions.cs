namespace CrossChannels.Hosting;

/// <summary>How a leased worker works. Named: by the channel's name.</summary>
/// <typeparam name="T">The item type.</typeparam>
public sealed class LeasedWorkerOptions<T> : ChannelEndOptions, ILeasedWorkerOptions
{
    /// <summary>Serializer, contract and size of the items. Default: chosen by the type.</summary>
    public ItemOptions<T>? Items { get; set; }

    /// <summary>How many items are worked on at a time, at least 1. Default: 1.</summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>Decides what becomes of an item whose handler threw, from the exception and the number of its deliveries. Default: it is abandoned.</summary>
    public Func<Exception, LeaseContext, LeaseFailureAction> OnFailure { get; set; } = static (_, _) => LeaseFailureAction.Abandon;
}

/// <summary>What does not depend on the item type.</summary>
internal interface ILeasedWorkerOptions
{
    int Concurrency { get; set; }
}
