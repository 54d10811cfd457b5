using System.Runtime.Versioning;

namespace CrossChannels.SharedMemory;

/// <summary>A hub's side of what a writer of a shared lane may write: grants it, and takes back what is not used, without asking. One caller at a time.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class HubLaneCredit(SharedSegment segment, bool isFenceShared)
{
    private const int LooksAtClaim = 50;

    private readonly byte* _start = segment.Start;
    private long _grants;

    /// <summary>What the writer says of whether it wants credit: odd if it does, and another number each time.</summary>
    public long Wants => Volatile.Read(ref *(long*)(_start + LaneLayout.Wanted));

    /// <summary>The writer may have published so many items in all.</summary>
    public void Grant(long items)
    {
        Lower(items);
        Volatile.Write(ref *(long*)(_start + LaneLayout.Grants), ++_grants);
    }

    /// <summary>Takes back what is not published. From then on the writer publishes nothing beyond what was published, or was just about to be.</summary>
    /// <param name="reader">Of the same lane.</param>
    /// <returns>False if the writer was just about to publish and has not yet, which is over in a moment unless it was stopped there: to be tried again.</returns>
    public bool TryLower(LaneReader reader)
    {
        reader.Look();
        Lower(reader.Seen);
        // A writer that did not see this has said, before, what it is about to publish.
        if (isFenceShared)
            ProcessFence.Full();
        else
            Interlocked.MemoryBarrier();
        SpinWait spin = default;
        for (int looks = 0; looks < LooksAtClaim; looks++)
        {
            // The claim first: one that is seen is either published by the next look, or not yet.
            long claimed = Volatile.Read(ref *(long*)(_start + LaneLayout.Claimed));
            reader.Look();
            if (claimed <= reader.Seen)
            {
                Lower(reader.Seen);
                return true;
            }
            spin.SpinOnce(sleep1Threshold: -1);
        }
        return false;
    }

    private void Lower(long items) => Volatile.Write(ref *(long*)(_start + LaneLayout.Granted), items);
}
