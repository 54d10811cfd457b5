using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.SharedMemory;

/// <summary>A lane of which this process has mapped the segment, before an end of it is made.</summary>
/// <param name="Segment">Owned by whoever holds this.</param>
/// <param name="Layout">Of the segment.</param>
[SupportedOSPlatform("linux")]
internal sealed record LaneEnd(SharedSegment Segment, LaneLayout Layout) : IDisposable
{
    /// <summary>Makes the segment of a lane that this process reads.</summary>
    /// <param name="layout">What it is for.</param>
    /// <param name="descriptor">Passed to the process that writes; the caller closes it.</param>
    /// <exception cref="IOException">The system has no room, or does not allow it.</exception>
    public static unsafe LaneEnd Create(LaneLayout layout, out SafeFileHandle descriptor)
    {
        SharedSegment segment = SharedSegment.Create(layout.Length, out descriptor);
        layout.Write(new Span<byte>(segment.Start, LaneLayout.HeaderBytes));
        return new LaneEnd(segment, layout);
    }

    /// <summary>Maps the segment that the reading process made.</summary>
    /// <exception cref="IOException">The system has no room.</exception>
    /// <exception cref="InvalidDataException">No correct peer makes such a segment.</exception>
    public static unsafe LaneEnd Open(SafeFileHandle descriptor)
    {
        SharedSegment segment = SharedSegment.Open(descriptor);
        try
        {
            return new LaneEnd(segment, LaneLayout.Read(new ReadOnlySpan<byte>(segment.Start, LaneLayout.HeaderBytes), segment.Length));
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    public void Dispose() => Segment.Dispose();
}
