namespace EndToEnd.Parts;

/// <summary>What a plain stream between two processes is made of.</summary>
internal static class StreamKind
{
    public const string Socket = "socket";

    /// <summary>Two anonymous pipes, one each way; the process that runs the rounds starts the other and hands it their ends.</summary>
    public const string Pipe = "pipe";

    public const string NamedPipe = "named-pipe";
}
