using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Something that a hub owns under a name, and that others attach to: a channel or a lock.</summary>
internal abstract class HubObject(string name)
{
    /// <summary>What follows <c>#</c> in an address; empty for the only one.</summary>
    public string Name => name;

    /// <summary>Readers of it that were given away and have not come.</summary>
    public ExpectedReaders ExpectedReaders { get; } = new();

    /// <summary>Whether a link of this role can attach.</summary>
    public abstract bool Serves(LinkRole role);

    /// <summary>What a peer is told whose role is not served.</summary>
    public abstract string WhyNot(LinkRole role);

    /// <summary>What kind of refusal that is.</summary>
    public virtual ReasonCode WhyNotCode => ReasonCode.Given;

    /// <summary>Starts the link of a peer whose role is served. What does not fit is refused by the link itself.</summary>
    public abstract Link Attach(HubRequest request);

    /// <summary>How it is now.</summary>
    public abstract HubObjectStatus GetStatus();

    /// <summary>The process exits, before it closes what it owns: its own calls that wait go on waiting, because one that throws takes the process down.</summary>
    public abstract void BeginExit();

    /// <summary>Takes nothing new.</summary>
    /// <returns>Whether readers that were given away, and have not come, would find something.</returns>
    public virtual bool BeginClose() => false;

    /// <summary>Takes nothing new, lets what is queued be read, and gives up at the deadline.</summary>
    /// <returns>How many items were left.</returns>
    public abstract ValueTask<long> CloseAsync(TimeSpan drainTimeout);
}
