namespace CrossChannels.Protocol;

/// <summary>Bytes that no correct peer sends. The message names the frame, the limit and both values.</summary>
internal sealed class MalformedFrameException(string message) : FormatException(message);
