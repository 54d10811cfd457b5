using System.Runtime.CompilerServices;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>What a call into a channel has to do once it has left the lock. Whoever makes one runs it in a <see langword="finally"/>.</summary>
internal struct HubAfterLock
{
    private WriterAccount? _credit;
    private List<Action>? _others;

    /// <summary>The owner's callers to wake.</summary>
    public WakeList Wake;

    /// <summary>Items may be there that remote readers want.</summary>
    public bool IsOfferDue { readonly get; set; }

    /// <summary>The channel's timer is to be set.</summary>
    public bool IsTimerDue { readonly get; set; }

    public readonly bool IsEmpty => _credit is null && !IsOfferDue && !IsTimerDue && _others is null && Wake.IsEmpty;

    /// <summary>A writer has credit to be told of.</summary>
    public void Tell(WriterAccount account)
    {
        if (account.IsDue)
            return;
        account.IsDue = true;
        account.NextDue = _credit;
        _credit = account;
    }

    /// <summary>Adds an uncommon action; allocates.</summary>
    public void Do(Action action) => (_others ??= []).Add(action);

    /// <summary>Does everything but to wake: one thing that throws skips no other.</summary>
    /// <param name="readers">Who offer items.</param>
    /// <param name="timer">The channel's.</param>
    /// <param name="isParking">The caller is about to wait, and sends credit by itself.</param>
    /// <returns>The first error.</returns>
    public Exception? Run(Dispatcher readers, HubTimer timer, bool isParking)
    {
        Exception? first = null;
        while (_credit is { } account)
        {
            _credit = account.NextDue;
            account.NextDue = null;
            // From here on another thread may find the account due again, with a later credit.
            account.IsDue = false;
            Try(static (account, isParking) => account.SendCredit(isParking), account, isParking, ref first);
        }
        if (IsOfferDue)
            Try(static (readers, _) => readers.Offer(), readers, isParking, ref first);
        if (IsTimerDue)
            Try(static (timer, _) => timer.Set(), timer, isParking, ref first);
        foreach (Action action in _others ?? [])
            Try(static (action, _) => action(), action, isParking, ref first);
        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Try<T>(Action<T, bool> action, T argument, bool isParking, ref Exception? first)
    {
        try
        {
            action(argument, isParking);
        }
        catch (Exception e)
        {
            first ??= e;
        }
    }
}
