using CrossChannels.Diagnostics;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hub;

/// <summary>What becomes of items that come back to their channel: back to their place at once, later, for certain readers only, or among the dead letters. Guarded by the channel's lock.</summary>
internal sealed class Redelivery(
    RankedLock sync, string name, HubClock clock, QueueOptions options, HubQueue queue, ChannelBytes bytes, ChannelLifecycle lifecycle, JoinList joins,
    CreditAllocator writers, Dispatcher readers, Balancer balancer, IQueueEvents events)
{
    /// <summary>An item that so many readers, or one so many times, could not read goes to the dead letters.</summary>
    private const int MostUnreadable = 3;

    private const long FirstBackoffMilliseconds = 10;
    private const long UnreadableBackoffMilliseconds = 100;
    private const long MostBackoffMilliseconds = 1000;

    private ILogger? Logger => options.Hub.Connection.Logger;

    /// <summary>Takes items back. <see cref="IQueueEvents.OnReturned"/> is to follow.</summary>
    /// <param name="batch">The items.</param>
    /// <param name="reason">What is known of them.</param>
    /// <param name="reader">Whose they were.</param>
    /// <param name="hadSlot">Whether they still count against the capacity.</param>
    /// <param name="after">Gets what follows.</param>
    public void Return(ItemBatch batch, ReturnReason reason, ItemTaker reader, bool hadSlot, ref HubAfterLock after)
    {
        sync.AssertHeld();
        batch.Deliveries += reason == ReturnReason.NotHanded ? 0 : 1;
        batch.Failures += reason is ReturnReason.Failed or ReturnReason.Abandoned or ReturnReason.Unreadable ? 1 : 0;
        // One that its program gave back in so many words did not kill it.
        batch.IsSuspect = reason is ReturnReason.Suspect or ReturnReason.Failed || (batch.IsSuspect && reason is ReturnReason.NotHanded or ReturnReason.InDoubt);
        batch.IsInOrder &= reason == ReturnReason.NotHanded;
        batch.TakenFrom = reason == ReturnReason.NotHanded && readers.Accounts.Exists(account => account.Taker == reader && !account.IsClosed) ? reader : null;
        if (reason == ReturnReason.Unreadable)
            (batch.UnreadableTo ??= []).Add(reader);
        if (lifecycle.IsOver || IsDead(batch, reason))
        {
            Drop(batch, hadSlot, ref after);
            return;
        }
        if (!hadSlot)
            writers.Occupy(batch.Count);
        long wait = BackoffOf(batch, reason);
        if (wait > 0)
            queue.ReturnLater(batch, clock.Now + wait);
        else
            queue.Return(batch);
        if (!batch.IsForAll)
            Reconsider();
        balancer.OnSetAside(ref after);
    }

    /// <summary>Readers have come, gone, or failed: what none of them may have is for all of them again.</summary>
    /// <param name="isOrderGivenUp">No reader came for what was taken back from another and is in order: any may have it.</param>
    public void Reconsider(bool isOrderGivenUp = false)
    {
        sync.AssertHeld();
        List<ItemTaker> takers = [.. readers.Accounts.Where(static account => !account.IsClosed).Select(static account => account.Taker)];
        if (events.Owner is { } owner)
            takers.Add(owner);
        queue.Reconsider(takers, isOrderGivenUp);
    }

    private bool IsDead(in ItemBatch batch, ReturnReason reason) => reason switch
    {
        ReturnReason.Unreadable when batch.Failures >= MostUnreadable => true,
        ReturnReason.Failed or ReturnReason.Abandoned or ReturnReason.Unreadable => options.Leases?.MaxDeliveries is { } most && batch.Failures >= most,
        _ => false,
    };

    /// <summary>How long an item waits that came back: not at first, then longer each time. Nothing waits behind it.</summary>
    private static long BackoffOf(in ItemBatch batch, ReturnReason reason) => reason switch
    {
        ReturnReason.Unreadable => UnreadableBackoffMilliseconds,
        ReturnReason.Abandoned when batch.Failures > 1 => Math.Min(MostBackoffMilliseconds, FirstBackoffMilliseconds << Math.Min(batch.Failures - 2, 10)),
        _ => 0,
    };

    /// <summary>Items leave the channel unread: for the dead letters, unless the channel is over.</summary>
    private void Drop(ItemBatch batch, bool hadSlot, ref HubAfterLock after)
    {
        joins.Processed(batch.Sequence, batch.Count, ref after);
        if (hadSlot)
            writers.Release(batch.Count);
        bytes.Charge(-batch.Bytes, ref after);
        if (!lifecycle.IsOver)
        {
            // They are among the dead letters before anybody can see that they are out of this channel.
            if (options.DeadLetters is { } letters && letters.TryTake(batch.Payload, batch.Count, out Action theirs))
                after.Do(theirs);
            after.Do(() => Log.DeadLetters(Logger, name, batch.Count));
        }
        batch.Release();
    }
}
