namespace CrossChannels;

/// <summary>How something is that a hub owns.</summary>
/// <param name="Name">What follows <c>#</c> in its address; empty for the only one.</param>
public abstract record HubObjectStatus(string Name);
