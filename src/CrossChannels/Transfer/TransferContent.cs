using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.SharedMemory;

namespace CrossChannels.Transfer;

/// <summary>What a ticket opens.</summary>
internal enum EndpointKind
{
    Reader = 1,
    Writer = 2,
    LeasedReader = 3,
    Channel = 4,
    LeasedChannel = 5,
    Duplex = 6,
    Lock = 7,
}

/// <summary>What a ticket says.</summary>
internal sealed record TransferContent
{
    public required EndpointKind Kind { get; init; }

    /// <summary>Where the end is opened, as resolved.</summary>
    public required string Address { get; init; }

    /// <summary>The key that the reading end needs; empty for none.</summary>
    public ReadOnlyMemory<byte> ReadKey { get; init; }

    /// <summary>The key that the writing end needs; empty for none.</summary>
    public ReadOnlyMemory<byte> WriteKey { get; init; }

    /// <summary>As the end's own. Key, certificates, logger and clock do not travel.</summary>
    public required ConnectionOptions Connection { get; init; }

    public TransferItems? Reads { get; init; }

    public TransferItems? Writes { get; init; }

    /// <summary>What only an end of a pair has.</summary>
    public PairTerms? Pair { get; init; }

    /// <summary>For a worker of this program: opens the ticket. It is not part of the ticket's bytes.</summary>
    public EndOpener? Opener { get; init; }

    public ConnectionOptions ConnectionToRead => Connection with { Key = ReadKey };

    public ConnectionOptions ConnectionToWrite => Connection with { Key = WriteKey };

    /// <summary>The types of the serializers that a worker of this program makes before it opens the ticket.</summary>
    public IEnumerable<string> SerializerTypes => new[] { Reads?.SerializerType, Writes?.SerializerType }.OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Checks that a ticket is for what is asked.</summary>
    /// <exception cref="ArgumentException">It is for another kind of end.</exception>
    public static TransferContent Of(TransferTicket ticket, EndpointKind kind)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return ticket.Content.Kind == kind
            ? ticket.Content
            : throw new ArgumentException(
                $"The ticket is for {Describe(ticket.Content.Kind)}, and {Describe(kind)} was asked for. Open it as what was given.", nameof(ticket));
    }

    public static string Describe(EndpointKind kind) => kind switch
    {
        EndpointKind.Reader => "a reader (CrossChannelReader<T>)",
        EndpointKind.Writer => "a writer (CrossChannelWriter<T>)",
        EndpointKind.LeasedReader => "a reader of leases (LeasedReader<T>)",
        EndpointKind.Channel => "a shared channel (SharedChannel<T>)",
        EndpointKind.LeasedChannel => "a leased channel (LeasedChannel<T>)",
        EndpointKind.Duplex => "an end of a pair (DuplexChannel<TWrite, TRead>)",
        EndpointKind.Lock => "a lock (CrossLock)",
        _ => $"something unknown, kind {(int)kind}",
    };
}

/// <summary>What a ticket says of an end of a pair.</summary>
/// <param name="Secret">What the two ends show each other, as the name of their channel.</param>
/// <param name="Listens">The one that opens the ticket listens, since the other end connects from a process of its own.</param>
/// <param name="Capacity">Of what it reads; null for unbounded.</param>
/// <param name="FullMode">Of what it reads.</param>
/// <param name="SingleReader">As its options say.</param>
/// <param name="ReadsInline">Whether continuations of its reader may run inline.</param>
/// <param name="WritesInline">Whether continuations of its writer may run inline.</param>
internal sealed record PairTerms(
    string Secret, bool Listens, int? Capacity, BoundedChannelFullMode FullMode, bool SingleReader, bool ReadsInline, bool WritesInline)
{
    /// <summary>The lane that the other end reads; null where its items always go over the connection.</summary>
    public LaneLayout? PeerLane { get; init; }

    /// <summary>How the other end will greet, so that what it has room for is accepted before it has.</summary>
    public WelcomeFrame PeerWelcome { get; init; }
}

/// <summary>What a ticket says of one direction's items.</summary>
/// <param name="Options">Contract name and size.</param>
/// <param name="ContentType">The format of a serializer that is not the default one, which the opener looks up among those that it has registered; else null.</param>
/// <param name="SerializerType">For a worker of this program: the serializer's type. It is not part of the ticket's bytes.</param>
internal sealed record TransferItems(ItemOptions Options, string? ContentType, string? SerializerType = null)
{
    /// <exception cref="InvalidOperationException">A worker cannot make the serializer.</exception>
    public static TransferItems Of<T>(ItemOptions<T> options, Recipient recipient) => options.Serializer is null or DefaultItemSerializer<T>
        ? new(options, null)
        : new(options, options.Serializer.ContentType, recipient.IsChild ? options.Maker?.Name ?? NameOf(options.Serializer.GetType()) : null);

    /// <exception cref="NotSupportedException">This process does not have the serializer.</exception>
    public ItemOptions<T> ToOptions<T>()
    {
        if (ContentType is null)
            return new ItemOptions<T>(Options, null);
        return SerializerRegistry.Find<T>(ContentType) is { } serializer
            ? new ItemOptions<T>(Options, serializer)
            : throw new NotSupportedException(
                $"The ticket's items of {ContractName.Display(typeof(T))} are in the format '{ContentType}' of a serializer that this process does not know. " +
                "Call ItemSerializer.Register with that serializer before the ticket is opened.");
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A constructor that trimming removed is reported as one that does not exist.")]
    private static string NameOf(Type type) => type.GetConstructor(Type.EmptyTypes) is not null && type.AssemblyQualifiedName is { } name
        ? name
        : throw new InvalidOperationException(
            $"The serializer {ContractName.Display(type)} has no public constructor without parameters that can be seen, so that the worker cannot make one. " +
            "Name its class where the channel is made, new ItemOptions<T>().UseSerializer<TSerializer>() or, for JSON, UseJson<TContext>(); or give the address " +
            "as a string and open the end there with its options.");
}
