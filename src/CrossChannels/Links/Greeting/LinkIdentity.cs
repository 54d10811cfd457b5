using System.Reflection;
using System.Security.Cryptography;
using CrossChannels.Diagnostics;
using CrossChannels.Protocol;
using CrossChannels.Serialization;

namespace CrossChannels.Links;

/// <summary>What one end says of itself in its greeting, and what it asks of the other.</summary>
/// <param name="Writes">What this end sends.</param>
/// <param name="Reads">What this end receives.</param>
/// <param name="Channel">The name of the channel; empty for the only one.</param>
/// <param name="Settings">Of the connection.</param>
/// <param name="Role">What the link is for; both ends say the same.</param>
internal sealed record LinkIdentity(ItemContract Writes, ItemContract Reads, string Channel, ConnectionOptions Settings, LinkRole Role = LinkRole.Duplex)
{
    /// <summary>Why this end refuses every peer; null if it does not.</summary>
    public string? Refuses { get; init; }

    /// <summary>What kind of refusal that is.</summary>
    public ReasonCode RefusesAs { get; init; } = ReasonCode.Given;

    /// <summary>What this end can do beyond the protocol's version.</summary>
    public ulong Features { get; init; }

    /// <summary>At a hub: items of the channel are chosen when they are asked for.</summary>
    public bool IsOnDemand { get; init; }

    /// <summary>At a hub: a second read that waits at one end cancels the first.</summary>
    public bool IsSingleReader { get; init; }

    /// <summary>The largest item in bytes that this end takes; null if it takes none.</summary>
    public int? MaxItemBytes { get; init; }

    /// <summary>At a hub: bytes of the largest item that a reader must take; 0 where every reader of the contract does.</summary>
    public int LargestItemBytes { get; init; }

    public static readonly Preamble Versions = new(MinVersion: 1, MaxVersion: 1, HelloLength: 0);

    private static readonly string s_libraryVersion =
        typeof(LinkIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>What measurements of a link of this identity are tagged with. Between two ends the name may be a secret, by which the ends of a pair know each other.</summary>
    public MetricTags Tags() => new(Role == LinkRole.Duplex ? "" : Channel, Role switch
    {
        LinkRole.Duplex => "duplex",
        LinkRole.Writer => "writer",
        LinkRole.Reader => "reader",
        LinkRole.LeasedReader => "leased_reader",
        LinkRole.Lock => "lock",
        _ => "status",
    });

    /// <summary>Preamble and hello.</summary>
    public byte[] Greeting()
    {
        byte[] bytes = new byte[Preamble.Size + Preamble.MaxHelloLength];
        int length = new Hello
        {
            Role = (byte)Role,
            IsOnDemand = IsOnDemand,
            IsSingleReader = IsSingleReader,
            Channel = Channel,
            Writes = ToHello(Writes),
            Reads = ToHello(Reads),
            ProcessId = Environment.ProcessId,
            LibraryVersion = s_libraryVersion,
            Key = Settings.Key,
            Features = Features,
            MaxItemBytes = MaxItemBytes,
        }.Write(bytes.AsSpan(Preamble.Size));
        (Versions with { HelloLength = length }).Write(bytes);
        return bytes[..(Preamble.Size + length)];
    }

    /// <summary>Why the peer does not fit, for both ends to show; null if it does.</summary>
    public string? Refusal(Preamble preamble, Hello? peer)
    {
        if (peer is null)
            return $"One end speaks versions {Versions.MinVersion} to {Versions.MaxVersion} of the protocol, the other {preamble.MinVersion} to {preamble.MaxVersion}.";
        if (peer.RequiredFeatures != 0)
            return $"One end needs features 0x{peer.RequiredFeatures:x} of the protocol, and the other (library {s_libraryVersion}) has none of them.";
        if (Refuses is not null)
            return Refuses;
        if (peer.Role != (byte)Role)
            return $"The end in process {Environment.ProcessId} is {Describe((byte)Role)}, and the other {Describe(peer.Role)}. ConnectAsync goes with ListenAsync; OpenReaderAsync and OpenWriterAsync go with a shared channel, which CreateBoundedAsync or a hub makes.";
        if (!string.Equals(Channel, peer.Channel, StringComparison.Ordinal))
            return $"One end is channel '{Channel}', and the other asks for '{PeerText.Show(peer.Channel)}'.";
        ItemContract peerWrites = FromHello(peer.Writes), peerReads = FromHello(peer.Reads);
        if (!Writes.Accepts(peerReads) || !Reads.Accepts(peerWrites))
            return ContractRefusal(peerWrites, peerReads, peer.ProcessId);
        return IsKeyMissing(peerWrites, Settings.RequiredKeyToWrite, peer.Key) ? "The key to write is missing or wrong: the end that writes shows it with ConnectionOptions.Key."
            : IsKeyMissing(peerReads, Settings.RequiredKeyToRead, peer.Key) ? "The key to read is missing or wrong: the end that reads shows it with ConnectionOptions.Key."
            : peer.MaxItemBytes < LargestItemBytes ? TooSmall(peer.MaxItemBytes.Value)
            : null;
    }

    /// <summary>What a reader is told that cannot take every item of a hub's channel.</summary>
    public string TooSmall(int maxItemBytes) =>
        $"{(Channel.Length == 0 ? "The channel" : $"Channel '{Channel}'")} has items of up to {LargestItemBytes:N0} bytes, and this reader takes at most {maxItemBytes:N0}: " +
        $"open it with ItemOptions.MaxItemBytes of {LargestItemBytes:N0} or more, or make the channel with less.";

    private static string Describe(byte role) => (LinkRole)role switch
    {
        LinkRole.Duplex => "a plain link (ConnectAsync, ListenAsync)",
        LinkRole.Writer => "a writer of a shared channel (OpenWriterAsync)",
        LinkRole.Reader => "a reader of a shared channel (OpenReaderAsync)",
        LinkRole.LeasedReader => "a reader of leases of a shared channel (OpenLeasedReaderAsync)",
        LinkRole.Lock => "a lock (OpenLockAsync)",
        LinkRole.Status => "a request for a hub's status",
        _ => $"something unknown, role {role}",
    };

    private static bool IsKeyMissing(ItemContract direction, ReadOnlyMemory<byte> required, ReadOnlyMemory<byte> shown) =>
        !required.IsEmpty && !direction.IsNone && !CryptographicOperations.FixedTimeEquals(required.Span, shown.Span);

    private static HelloContract ToHello(ItemContract contract) => new(contract.ContentType, contract.Name, contract.ElementSize, contract.Layout);

    internal static ItemContract FromHello(HelloContract contract) => new(contract.ContentType, contract.Name, contract.ElementSize, contract.Layout);

    private string ContractRefusal(ItemContract peerWrites, ItemContract peerReads, int? peerProcess)
    {
        string peer = peerProcess is { } id ? $"the one in process {id}" : "the other";
        string both = $"The end in process {Environment.ProcessId} writes {Writes} and reads {Reads}; {peer} writes {peerWrites} and reads {peerReads}.";
        if (Writes.Accepts(peerWrites) && Reads.Accepts(peerReads))
            return $"Both ends have the same direction: swap the type arguments at one of them. {both}";
        return IsOnlyNamed(Writes, peerReads) || IsOnlyNamed(Reads, peerWrites)
            ? $"The items of the two ends do not fit. {both} If both types mean the same, give them one name: [ChannelContract(\"...\")] on both, or ItemOptions.ContractName at both ends."
            : $"The items of the two ends do not fit. {both} Open both with the same type of items, and with the same serializer.";
    }

    /// <summary>Whether two contracts differ by their names alone, as two records of the same shape in two projects do.</summary>
    private static bool IsOnlyNamed(ItemContract one, ItemContract other) =>
        !one.IsNone && !other.IsNone && one.ContentType == other.ContentType && one.Layout == other.Layout && one.Name != other.Name;
}
