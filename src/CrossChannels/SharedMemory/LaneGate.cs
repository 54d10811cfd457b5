using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Threading;

namespace CrossChannels.SharedMemory;

/// <summary>Lets one caller at a time use an end of a lane: the few instructions of one call, which never wait and run no other code.</summary>
/// <remarks>
/// <para>
/// A thread that has come again and again is its owner, which enters by a store and two loads. An interlocked operation would cost more than its own time: it waits for every store before it,
/// and the item that was stored just now is in a cache line that the other process has. All others come by an interlocked operation; if there is an owner, whoever comes asks
/// for a fence on all threads (<see cref="ProcessFence"/>), waits until the owner is not inside, and ends the ownership.
/// </para>
/// <para>
/// Why that is enough. The owner says that it is inside, then looks for others, then whether it still is the owner. Another says that it is here, asks for the fence, then looks whether the owner
/// is inside. If the owner has looked for others before the fence, its word is out and is seen. If it looks after the fence, it sees the other; or the other has gone, and
/// with it the ownership, which it looks at last.
/// </para>
/// <para>Who meets another caller inside spins, which gives the processor away after a moment. The last lock that is taken: inside nothing else is.</para>
/// </remarks>
[SupportedOSPlatform("linux")]
internal struct LaneGate
{
    /// <summary>So many entries of one thread in a row make it the owner: enough to pay for the fence that ends it.</summary>
    private const int EntriesOfAnOwner = 256;

    // The owner; null for none. Changed only by who is inside, and to a thread by that thread alone.
    private Owner? _owner;
    private int _isOtherInside;
    // These belong to who is inside.
    private bool _isOther;
    private int _last;
    private int _entries;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (_owner is { } owner && owner.Thread == thread)
        {
            RacePoint.Pass();
            Volatile.Write(ref owner.IsInside, 1);
            if (Volatile.Read(ref _isOtherInside) == 0 && Volatile.Read(ref _owner) == owner)
                return;
            Volatile.Write(ref owner.IsInside, 0);
        }
        EnterAsOther(thread);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave()
    {
        if (_isOther)
            LeaveAsOther();
        else
            Volatile.Write(ref _owner!.IsInside, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterAsOther(int thread)
    {
        SpinWait spin = default;
        while (Volatile.Read(ref _isOtherInside) != 0 || Interlocked.CompareExchange(ref _isOtherInside, 1, 0) != 0)
            spin.SpinOnce();
        if (Volatile.Read(ref _owner) is { } owner)
        {
            if (owner.Thread != thread)
            {
                ProcessFence.Full();
                for (spin = default; Volatile.Read(ref owner.IsInside) != 0;)
                    spin.SpinOnce();
            }
            Volatile.Write(ref _owner, null);
            _entries = 0;
        }
        // From here on nobody else is inside, and only now the owner does not read this any more.
        _isOther = true;
        if (_last != thread)
        {
            _last = thread;
            _entries = 0;
        }
        else if (++_entries == EntriesOfAnOwner && ProcessFence.IsAvailable)
        {
            Volatile.Write(ref _owner, new Owner(thread));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LeaveAsOther()
    {
        _isOther = false;
        Volatile.Write(ref _isOtherInside, 0);
    }

    /// <summary>One ownership. A thread that has lost it may not know yet, and be about to say that it is inside, or that it is not: it says so of its own, and never of the next owner's.</summary>
    private sealed class Owner(int thread)
    {
        public int IsInside;

        public int Thread => thread;
    }
}
