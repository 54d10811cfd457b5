namespace CrossChannels;

/// <content>Its status.</content>
public sealed partial class ChannelHub
{
    /// <summary>Gets the status of the hub and everything it owns. Other processes ask with <see cref="CrossChannel.GetHubStatusAsync"/>.</summary>
    public HubStatus GetStatus() => _directory.GetStatus();
}
