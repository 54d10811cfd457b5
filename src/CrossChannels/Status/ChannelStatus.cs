using System.Text;

namespace CrossChannels;

/// <summary>A snapshot of a channel of a hub.</summary>
/// <remarks>One from an older version may lack values; a list is then empty, never null.</remarks>
/// <param name="Name">What follows <c>#</c> in its address; empty for the only one.</param>
public sealed record ChannelStatus(string Name) : HubObjectStatus(Name)
{
    /// <summary>Items that no reader has.</summary>
    public long Depth { get; init; }

    /// <summary>Bytes of all items that the hub holds, those in flight included; null where it holds them as objects.</summary>
    public long? Bytes { get; init; }

    /// <summary>Items; null for no limit.</summary>
    public long? Capacity { get; init; }

    /// <summary>Items that readers were sent and have not read, or not settled.</summary>
    public long InFlight { get; init; }

    /// <summary>How long the first queued item has been there, to a hundredth of a second; null if none is queued, or where the hub holds items as objects.</summary>
    public TimeSpan? OldestWait { get; init; }

    /// <summary>How long ago the first item that another process has a lease on was sent there for the first time; null without one.</summary>
    public TimeSpan? OldestLease { get; init; }

    /// <summary>Items are settled one by one.</summary>
    public bool IsLeased { get; init; }

    /// <summary>Nothing more is accepted; items may be left to read.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>The form of its items, such as <c>json</c>; null where no end has decided it yet.</summary>
    public string? ContentType { get; init; }

    /// <summary>The name of its items' contract; null where no end has decided it yet.</summary>
    public string? ContractName { get; init; }

    /// <summary>Who completes it, as text.</summary>
    public string CompletionPolicy { get; init => field = value ?? ""; } = "";

    /// <summary>Ends in other processes whose items cross by shared memory.</summary>
    public int Lanes { get; init; }

    /// <summary>How often the hub stopped looking at a lane, or found no room there, and waited for a doorbell; of all lanes that the channel has had.</summary>
    public long LaneParkings { get; init; }

    /// <summary>How often ends rang.</summary>
    public long LaneDoorbells { get; init; }

    /// <summary>Writers in other processes.</summary>
    public IReadOnlyList<PeerStatus> Writers { get; init => field = value ?? []; } = [];

    /// <summary>Readers in other processes.</summary>
    public IReadOnlyList<PeerStatus> Readers { get; init => field = value ?? []; } = [];

    /// <summary>Those that wait for room, the next to get it first; the owner once, however many of its calls wait.</summary>
    public IReadOnlyList<PeerStatus> WaitingWriters { get; init => field = value ?? []; } = [];

    /// <summary>Those that wait for an item; the owner once, however many of its calls wait.</summary>
    public IReadOnlyList<PeerStatus> WaitingReaders { get; init => field = value ?? []; } = [];

    /// <summary>Appends the values, with what the lists contain.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Member(nameof(Name), Name);
        builder.Member(nameof(Depth), Depth);
        builder.Member(nameof(Bytes), Bytes);
        builder.Member(nameof(Capacity), Capacity);
        builder.Member(nameof(InFlight), InFlight);
        builder.Member(nameof(OldestWait), OldestWait);
        builder.Member(nameof(OldestLease), OldestLease);
        builder.Member(nameof(IsLeased), IsLeased);
        builder.Member(nameof(IsCompleted), IsCompleted);
        builder.Member(nameof(ContentType), ContentType);
        builder.Member(nameof(ContractName), ContractName);
        builder.Member(nameof(CompletionPolicy), CompletionPolicy);
        builder.Member(nameof(Lanes), Lanes);
        builder.Member(nameof(LaneParkings), LaneParkings);
        builder.Member(nameof(LaneDoorbells), LaneDoorbells);
        builder.Member(nameof(Writers), Writers);
        builder.Member(nameof(Readers), Readers);
        builder.Member(nameof(WaitingWriters), WaitingWriters);
        builder.Member(nameof(WaitingReaders), WaitingReaders);
        return true;
    }
}
