using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>How a multiplexer behaves. Both sides have the same version; each sets the window of what it receives.</summary>
public sealed record MultiplexerOptions
{
    private const int OldestVersion = 1;
    private const int LatestVersion = 3;

    /// <summary>The version of the multiplexer's protocol, 1 to 3. Default: 3. Version 1 has no windows; 1 and 2 shake hands first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not known.</exception>
    public int ProtocolVersion
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, OldestVersion);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LatestVersion);
            field = value;
        }
    } = LatestVersion;

    /// <summary>How many bytes a channel may have on their way to this side, at least 1. Default: 1 MiB. Without meaning in version 1.</summary>
    /// <remarks>
    /// A link takes what has come at once, so that nothing stays in this window: what is unread is limited by the capacity of each channel, and by
    /// <see cref="ConnectionOptions.MaxUnreadBytes"/>. It bounds what a channel sends before it hears from the other side.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public long ChannelWindow
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1 << 20;

    /// <summary>Timeouts of the multiplexer itself, and its clock. Each channel has options of its own.</summary>
    public ConnectionOptions Connection
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = new();

    internal MultiplexingStream.Options ToPackage(bool isSuspended) =>
        new() { ProtocolMajorVersion = ProtocolVersion, DefaultChannelReceivingWindowSize = ChannelWindow, StartSuspended = isSuspended };
}
