namespace CrossChannels.Links;

/// <summary>An end was given to another process, and is used here all the same. To users an <see cref="InvalidOperationException"/>.</summary>
internal sealed class EndMovedException(string message) : InvalidOperationException(message);
