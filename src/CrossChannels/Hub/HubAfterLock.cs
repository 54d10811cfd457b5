using System.Runtime.CompilerServices;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>What a call into a channel has to do once it has left the lock.</summary>
internal struct HubAfterLock
{
    private ProducerPort? _credit;
    private List<Action>? _others;

    /// <summary>The owner's callers to wake.</summary>
    public WakeList Wake;

    /// <summary>Items may be there that remote readers want.</summary>
    public bool IsOfferDue { readonly get; set; }

    /// <summary>A writer has credit to be told of.</summary>
    public void Credit(ProducerPort port)
    {
        if (port.IsDue)
            return;
        port.IsDue = true;
        port.NextDue = _credit;
        _credit = port;
    }

    /// <summary>Anything that is rare.</summary>
    public void Do(Action action) => (_others ??= []).Add(action);

    private readonly bool IsAny => _credit is not null || IsOfferDue || _others is not null || !Wake.IsEmpty;

    /// <param name="channel">Whose.</param>
    /// <param name="isParking">The caller is about to wait, and sends credit by itself.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(QueueChannel channel, bool isParking = false)
    {
        if (IsAny)
            RunAll(channel, isParking);
    }

    private void RunAll(QueueChannel channel, bool isParking)
    {
        while (_credit is { } port)
        {
            _credit = port.NextDue;
            port.NextDue = null;
            // From here on another thread may find the port due again, with a later credit.
            port.IsDue = false;
            port.SendCredit(isParking);
        }
        if (IsOfferDue)
            channel.Readers.Offer();
        if (_others is not null)
        {
            foreach (Action action in _others)
                action();
        }
        Wake.Wake(channel.WakeInline);
    }
}
