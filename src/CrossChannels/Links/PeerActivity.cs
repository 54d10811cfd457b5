using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>When the peer was heard last, and whether what it says carries anything new. Used by the receive loop only, but for <see cref="Silence"/>.</summary>
internal sealed class PeerActivity(ConnectionOptions settings)
{
    private readonly TimeProvider _clock = settings.TimeProvider;
    private readonly bool _isWatched = settings.PeerTimeout != Timeout.InfiniteTimeSpan;
    private EmptyFrameLimit _emptyFrames = new(settings.MaxEmptyFramesPerSecond);
    private long _lastHeard = settings.TimeProvider.GetTimestamp();

    public TimeSpan Silence => _clock.GetElapsedTime(Volatile.Read(ref _lastHeard));

    public void Heard()
    {
        if (_isWatched)
            Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
    }

    /// <summary>Takes a cumulative count of the peer's; one that it has sent before counts as an empty frame.</summary>
    /// <exception cref="MalformedFrameException">It is one too many.</exception>
    public void Raise(ref long highest, long value, FrameType type)
    {
        if (!TryRaise(ref highest, value))
            CountEmpty(type);
    }

    /// <returns>Whether the value is new.</returns>
    public static bool TryRaise(ref long highest, long value)
    {
        if (value <= highest)
            return false;
        highest = value;
        return true;
    }

    /// <exception cref="MalformedFrameException">It is one too many.</exception>
    public void CountEmpty(FrameType type)
    {
        if (!_emptyFrames.TryCount((long)_clock.GetElapsedTime(0, _clock.GetTimestamp()).TotalMilliseconds))
            throw new MalformedFrameException($"Frame {FrameLimits.Name(type)} is one of more than {settings.MaxEmptyFramesPerSecond:N0} in a second that carry nothing new (MaxEmptyFramesPerSecond).");
    }
}
