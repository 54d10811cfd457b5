using System.Globalization;

namespace CrossChannels.Diagnostics;

/// <summary>What the measurements of a link, or of an owner's end, are tagged with.</summary>
/// <param name="channel">The channel's name; empty for the only one of its address.</param>
/// <param name="role">What the end is for.</param>
internal sealed class MetricTags(string channel, string role)
{
    private const string Unknown = "unknown";

    private string _peer = Unknown;

    public string ChannelName => channel;

    public string RoleName => role;

    public KeyValuePair<string, object?> Channel { get; } = new("channel", channel);

    public KeyValuePair<string, object?> Role { get; } = new("role", role);

    /// <summary>The process at the other end, or where it is; <c>unknown</c> before it has greeted.</summary>
    public KeyValuePair<string, object?> Peer => new("peer", Volatile.Read(ref _peer));

    /// <summary>Of a part that stands alone, in a test.</summary>
    public static MetricTags None { get; } = new("", Unknown);

    /// <summary>Of an end of the owner, which has no link.</summary>
    public static MetricTags Owner(string channel) => new(channel, "owner") { _peer = "owner" };

    /// <summary>It is known who is at the other end.</summary>
    public void Meet(PeerInfo peer) => Volatile.Write(ref _peer, peer.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? peer.Endpoint);
}
