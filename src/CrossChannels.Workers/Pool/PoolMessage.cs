namespace CrossChannels.Workers.Pool;

/// <summary>The first byte of each message between a pool and a worker.</summary>
/// <remarks>
/// <code>
/// pool to worker
///   Initialize   flags (1: report before every task)  has initializer [method arguments]
///   Define       method
///   Chunk        chunk id, call id, method id, count, arguments of each task
///   Cancel       call id
///   Recall       how many chunks at most
/// worker to pool
///   Ready
///   NotReady     failure
///   Results      chunk id, state, microseconds, count, results, [failure if the state says so]
///   Returned     count, chunk ids: not begun, the newest first
/// method   id, name of the runner's type, shape, name of the method
/// failure  type, message, stack
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
