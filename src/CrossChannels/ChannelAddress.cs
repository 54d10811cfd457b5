namespace CrossChannels;

/// <summary>Where a channel is found.</summary>
public sealed class ChannelAddress
{
}
