namespace CrossChannels.Transfer;

/// <summary>What a ticket says of a connection's settings. A logger and a clock do not travel.</summary>
internal sealed record TransferLink(
    TimeSpan ConnectTimeout,
    TimeSpan GreetingTimeout,
    TimeSpan CloseTimeout,
    TimeSpan ExitTimeout,
    TimeSpan PeerTimeout,
    int MaxEmptyFramesPerSecond,
    bool AllowPlainTcp)
{
    public byte[]? RequiredKeyToRead { get; init; }

    public byte[]? RequiredKeyToWrite { get; init; }

    public static TransferLink Of(ConnectionOptions settings) => new(
        settings.ConnectTimeout,
        settings.GreetingTimeout,
        settings.CloseTimeout,
        settings.ExitTimeout,
        settings.PeerTimeout,
        settings.MaxEmptyFramesPerSecond,
        settings.AllowPlainTcp);

    public ConnectionOptions ToSettings(byte[]? key) => new()
    {
        ConnectTimeout = ConnectTimeout,
        GreetingTimeout = GreetingTimeout,
        CloseTimeout = CloseTimeout,
        ExitTimeout = ExitTimeout,
        PeerTimeout = PeerTimeout,
        MaxEmptyFramesPerSecond = MaxEmptyFramesPerSecond,
        AllowPlainTcp = AllowPlainTcp,
        Key = key ?? [],
        RequiredKeyToRead = RequiredKeyToRead ?? [],
        RequiredKeyToWrite = RequiredKeyToWrite ?? [],
    };

    /// <summary>A key as a ticket holds it.</summary>
    public static byte[]? Key(ReadOnlyMemory<byte> key) => key.IsEmpty ? null : key.ToArray();
}
