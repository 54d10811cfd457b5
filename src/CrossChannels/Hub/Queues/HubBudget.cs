using System.Collections.Concurrent;

namespace CrossChannels.Hub;

/// <summary>The bytes that all channels of a hub hold together. Takes no lock.</summary>
internal sealed class HubBudget(long maxBytes)
{
    private readonly ConcurrentDictionary<ChannelBytes, bool> _channels = new();
    private long _held;

    public long Held => Volatile.Read(ref _held);

    public int ChannelCount => _channels.Count;

    public bool IsFull => Volatile.Read(ref _held) >= maxBytes;

    public void Add(ChannelBytes channel) => _channels.TryAdd(channel, true);

    public void Remove(ChannelBytes channel) => _channels.TryRemove(channel, out _);

    /// <summary>Takes bytes, or frees them.</summary>
    /// <returns>Whether there is room again, which <see cref="TellFreed"/> is to tell.</returns>
    public bool Charge(long bytes)
    {
        long after = Interlocked.Add(ref _held, bytes);
        return bytes < 0 && after < maxBytes && after - bytes >= maxBytes;
    }

    /// <summary>Tells every channel that there is room. Called outside every lock.</summary>
    public void TellFreed()
    {
        foreach (ChannelBytes channel in _channels.Keys)
            channel.OnHubFreed();
    }
}
