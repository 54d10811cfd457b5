namespace CrossChannels;

/// <summary>When the items of a link cross by shared memory, if both ends can: Linux, 64 bit, one user.</summary>
public enum SharedMemoryUse
{
    /// <summary>As the address says: at bare names, <c>pipe:</c> and <c>shm:</c>, and at the path that a bare name stands for. Not at other <c>unix:</c> paths.</summary>
    Automatic = 0,

    /// <summary>Never: items go over the socket, and <c>shm:</c> is refused.</summary>
    Never = 1,

    /// <summary>At every <c>unix:</c> path as well.</summary>
    WherePossible = 2,
}
