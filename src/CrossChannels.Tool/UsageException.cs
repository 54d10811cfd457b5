namespace CrossChannels.Tool;

/// <summary>The command line, or a line of the input, makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
