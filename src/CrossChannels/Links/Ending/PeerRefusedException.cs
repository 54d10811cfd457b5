using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>This end refuses the peer; the text is for both.</summary>
internal sealed class PeerRefusedException(string message, ReasonCode code) : Exception(message)
{
    public ReasonCode Code => code;
}
