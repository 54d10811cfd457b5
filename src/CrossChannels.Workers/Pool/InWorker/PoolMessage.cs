namespace CrossChannels.Workers.Pool;

/// <summary>The first byte of each message between a pool and a worker.</summary>
/// <remarks>
/// <code>
/// pool to worker
///   Initialize   report before every task, has initializer [method, arguments]
///   Define       method
///   Chunk        chunk id, call id, method id, count, arguments of each task
///   Cancel       call id
///   Recall       how many chunks at most
/// worker to pool
///   Ready
///   NotReady     failure
///   Results      chunk id, state, microseconds, count, results, [failure if the state says so]
///   Returned     count, chunk ids: not begun, the newest first
/// method   id, how the method is found: its module and token, or its name in the list of Main
/// failure  type, message, stack
/// value    kind, and what the kind says; arguments and results are values
/// </code>
/// Numbers have four bytes in the machine's order; text, and bytes, have their length before them.
/// </remarks>
internal enum PoolMessage : byte
{
    Initialize = 1,
    Define = 2,
    Chunk = 3,
    Cancel = 4,
    Recall = 5,
    Ready = 65,
    NotReady = 66,
    Results = 67,
    Returned = 68,
}

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
