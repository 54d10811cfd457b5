namespace CrossChannels.Flow;

/// <summary>How long a writer may keep credit that it asked for before it is asked back: a moment at first, longer when it came too late to be used. Knows no clock.</summary>
/// <remarks>So one that only looks from time to time finds its slot in the end, however many others wait.</remarks>
internal struct RevokeBackoff()
{
    private const long FirstMilliseconds = 10;
    private const long MostMilliseconds = 1000;

    private long _length = FirstMilliseconds;
    private long _until;

    /// <summary>Credit was given.</summary>
    /// <param name="milliseconds">Of a clock that only goes forward.</param>
    public void Begin(long milliseconds) => _until = milliseconds + _length;

    public readonly bool IsOver(long milliseconds) => milliseconds >= _until;

    /// <summary>It was used.</summary>
    public void Used() => _length = FirstMilliseconds;

    /// <summary>It came for somebody who waits no more: nobody comes for it, and nobody was late.</summary>
    public void Withdrawn()
    {
        _until = long.MinValue;
        _length = FirstMilliseconds / 2;
    }

    /// <summary>It was taken back unused.</summary>
    public void Missed() => _length = Math.Min(MostMilliseconds, _length * 2);
}
