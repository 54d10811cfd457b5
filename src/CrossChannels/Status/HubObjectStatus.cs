namespace CrossChannels;

/// <summary>A snapshot of a channel or lock of a hub.</summary>
/// <param name="Name">What follows <c>#</c> in its address; empty for the only one.</param>
public abstract record HubObjectStatus(string Name);
