namespace CrossChannels.Links;

/// <summary>This end refuses the peer; the text is for both.</summary>
internal sealed class PeerRefusedException(string message) : Exception(message);
