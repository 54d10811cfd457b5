namespace CrossChannels;

/// <content>Says how it is.</content>
public sealed partial class ChannelHub
{
    /// <summary>How the hub and everything that it owns is now. Others ask with <see cref="CrossChannel.GetHubStatusAsync"/>.</summary>
    public HubStatus GetStatus() => _directory.GetStatus();
}
