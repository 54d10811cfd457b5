namespace CrossChannels.Workers.Arguments;

/// <summary>
/// How an argument or a result is written. Simple values need neither reflection nor JSON, which take longer than a worker takes to start.
/// </summary>
internal enum ValueKind : byte
{
    Null = 0,
    String = 1,
    Bytes = 2,
    Boolean = 3,
    Int32 = 4,
    Int64 = 5,
    Double = 6,

    /// <summary>By the default serializer of the type that the method declares.</summary>
    Serialized = 7,

    /// <summary>A ticket for an end of a channel, or for a lock.</summary>
    End = 8,
}
