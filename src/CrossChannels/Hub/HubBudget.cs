namespace CrossChannels.Hub;

/// <summary>The bytes that all channels of a hub hold together. Takes no lock.</summary>
internal sealed class HubBudget(long maxBytes)
{
    private long _held;

    /// <summary>Called, outside every lock, when there is room again.</summary>
    public event Action? Freed;

    public bool IsFull => Volatile.Read(ref _held) >= maxBytes;

    /// <summary>Takes or frees.</summary>
    /// <returns>Whether channels have to be told that there is room again, by <see cref="TellFreed"/>.</returns>
    public bool Add(long bytes)
    {
        long after = Interlocked.Add(ref _held, bytes);
        return bytes < 0 && after < maxBytes && after - bytes >= maxBytes;
    }

    public void TellFreed() => Freed?.Invoke();
}
