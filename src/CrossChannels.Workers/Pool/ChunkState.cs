namespace CrossChannels.Workers.Pool;

/// <summary>How far a worker is with a chunk.</summary>
internal enum ChunkState : byte
{
    /// <summary>More results follow.</summary>
    Partial = 0,

    /// <summary>All results have been sent.</summary>
    Done = 1,

    /// <summary>The next task failed, and those behind it are not run.</summary>
    Failed = 2,

    /// <summary>Its call was canceled.</summary>
    Canceled = 3,
}
