using System.Runtime.Versioning;

namespace CrossChannels.SharedMemory;

/// <summary>What the reader of a hub's lane has handed to its program, as both sides see it: told before and after each hand-over, until the hub withdraws the rest.</summary>
/// <remarks>
/// The reader says how far it is about to hand, then looks whether the rest is withdrawn; the hub withdraws it, then looks at what is about to be handed. With a
/// fence between the two steps at both, one of them sees the other. One caller at a time at each end.
/// </remarks>
/// <param name="segment">Of the lane; stays mapped while this is used.</param>
/// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LaneHandover(SharedSegment segment, bool isFenceShared)
{
    private const int LooksAtClaim = 50;

    private readonly byte* _start = segment.Start;
    private long _handed;

    /// <summary>At the reader: whether the hub has given what is left to others.</summary>
    public bool IsWithdrawn => Volatile.Read(ref *(int*)(_start + LaneLayout.Withdrawn)) != 0;

    /// <summary>At the reader: is about to hand so many to the program.</summary>
    /// <returns>False if they are withdrawn.</returns>
    public bool TryHand(int count)
    {
        Volatile.Write(ref *(long*)(_start + LaneLayout.HandClaimed), _handed + count);
        if (!isFenceShared)
            Interlocked.MemoryBarrier();
        if (!IsWithdrawn)
            return true;
        Volatile.Write(ref *(long*)(_start + LaneLayout.HandClaimed), _handed);
        return false;
    }

    /// <summary>At the reader: the program has them.</summary>
    public void Handed(int count)
    {
        _handed += count;
        Volatile.Write(ref *(long*)(_start + LaneLayout.Handed), _handed);
    }

    /// <summary>At the hub: how many the program has, as the reader says.</summary>
    public long HandedItems => Volatile.Read(ref *(long*)(_start + LaneLayout.Handed));

    /// <summary>At the hub: has the reader hand nothing more.</summary>
    /// <param name="handed">What the program has.</param>
    /// <returns>False if the reader was stopped, or lost, while it handed some more, so that it is not known whether the program has them.</returns>
    public bool TryWithdraw(out long handed)
    {
        Volatile.Write(ref *(int*)(_start + LaneLayout.Withdrawn), 1);
        if (isFenceShared)
            ProcessFence.Full();
        else
            Interlocked.MemoryBarrier();
        SpinWait spin = default;
        for (int looks = 0; ; looks++)
        {
            long claimed = Volatile.Read(ref *(long*)(_start + LaneLayout.HandClaimed));
            handed = HandedItems;
            if (claimed <= handed || looks == LooksAtClaim)
                return claimed <= handed;
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
