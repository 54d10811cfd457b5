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
