using System.Runtime.CompilerServices;

namespace CrossChannels.SharedMemory;

/// <summary>Lets one caller at a time use an end of a lane: the few instructions of one call, which never wait and run no other code.</summary>
/// <remarks>
/// Half the price of a lock: it is entered by one interlocked operation and left by a store. Who meets another caller inside spins, which
/// gives the processor away after a moment. The last lock that is taken: inside nothing else is.
/// </remarks>
internal struct LaneGate
{
    private int _isInside;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _isInside, 1, 0) != 0)
            Wait();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave() => Volatile.Write(ref _isInside, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        SpinWait spin = default;
        do
            spin.SpinOnce();
        while (Volatile.Read(ref _isInside) != 0 || Interlocked.CompareExchange(ref _isInside, 1, 0) != 0);
    }
}
