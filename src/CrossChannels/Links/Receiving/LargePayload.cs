namespace CrossChannels.Links;

/// <summary>A payload that is read straight into its own segment. Its memory follows what has arrived, not what was announced.</summary>
internal sealed class LargePayload
{
    private Segment? _segment;

    /// <param name="length">Bytes in all.</param>
    /// <param name="count">Items in it.</param>
    /// <param name="start">What has arrived with the header.</param>
    /// <param name="trusted">So much is allocated at once, since the peer has sent as much before.</param>
    public LargePayload(int length, int count, ReadOnlySpan<byte> start, long trusted)
    {
        Length = length;
        Count = count;
        _segment = new Segment((int)Math.Min(length, Math.Max(trusted, 2L * start.Length)));
        start.CopyTo(_segment.Array);
        _segment.Written = start.Length;
    }

    public int Length { get; }

    public int Count { get; }

    public bool IsWhole => _segment!.Written == Length;

    /// <summary>Where the next bytes go; grows when what was there is full.</summary>
    public Memory<byte> Room
    {
        get
        {
            Segment segment = _segment!;
            if (segment.Room == 0)
            {
                var larger = new Segment((int)Math.Min(Length, 2L * segment.Size)) { Written = segment.Written };
                segment.Array.AsSpan(0, segment.Written).CopyTo(larger.Array);
                segment.Release();
                _segment = segment = larger;
            }
            return segment.Array.AsMemory(segment.Written, Math.Min(segment.Size, Length) - segment.Written);
        }
    }

    public void Filled(int bytes) => _segment!.Written += bytes;

    public Segment TakeSegment()
    {
        Segment segment = _segment!;
        _segment = null;
        return segment;
    }

    public void Drop()
    {
        _segment?.Release();
        _segment = null;
    }
}
