namespace CrossChannels.Workers.Messages;

/// <summary>How one argument is written. Simple values need neither reflection nor JSON, which take longer than a worker takes to start.</summary>
internal enum ArgumentKind : byte
{
    Null = 0,
    String = 1,
    Bytes = 2,
    Boolean = 3,
    Int32 = 4,
    Int64 = 5,
    Double = 6,

    /// <summary>By the default serializer of the type whose name goes before; no name means the parameter's own type.</summary>
    Serialized = 7,

    /// <summary>A ticket for an end; the type that opens it goes before.</summary>
    End = 8,
}
