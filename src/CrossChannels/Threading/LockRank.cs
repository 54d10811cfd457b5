namespace CrossChannels.Threading;

/// <summary>Every lock of the library, in the order in which a thread may take them: each lock only while all that it holds have a lower rank.</summary>
/// <remarks>Debug builds assert the order. docs/architecture.md says what each lock guards and why it stands where it does.</remarks>
internal enum LockRank
{
    /// <summary>A pool: its calls, its chunks and its workers.</summary>
    PoolScheduler = 1,

    /// <summary>The items and early results of one stream of a pool.</summary>
    PoolResults = 2,

    /// <summary>The chunks that one worker of a pool has.</summary>
    WorkQueue = 3,

    /// <summary>Whether a worker's process is there, and the ends that it was given.</summary>
    WorkerProgram = 4,

    /// <summary>Which of the ends that follow each other is used now.</summary>
    EndKeeper = 5,

    /// <summary>Which processes the two ends of a pair went to.</summary>
    Pair = 10,

    /// <summary>What one end of a pair waits for.</summary>
    PairListener = 20,

    /// <summary>The names of a hub.</summary>
    HubDirectory = 30,

    /// <summary>A hub's lock: its queue and its links.</summary>
    HubLock = 40,

    /// <summary>The claims of one remote lock.</summary>
    RemoteLock = 60,

    /// <summary>The links of a channel that is a built-in channel at its owner.</summary>
    BackedChannel = 70,

    /// <summary>The outbox of a link and its item sender.</summary>
    Outbox = 80,

    /// <summary>One queue of a hub, with all its ports. Two may be held at once: a channel's, and then that of its dead letters.</summary>
    HubChannel = 90,

    /// <summary>The receiving half of a link.</summary>
    Receiver = 100,

    /// <summary>How far a link is on its way to a clean end.</summary>
    Goodbye = 110,

    /// <summary>The readers that were given away and have not come.</summary>
    ExpectedReaders = 120,

    /// <summary>What came back to a channel that is a built-in channel at its owner.</summary>
    BackedQueue = 125,

    /// <summary>The items that joins wait for.</summary>
    JoinCounter = 130,

    /// <summary>The links whose peers are watched.</summary>
    PeerWatch = 140,

    /// <summary>What a lane has rented to its writer's program.</summary>
    LaneRents = 145,

    /// <summary>The waiters that are kept for their next use.</summary>
    WaiterPool = 150,

    /// <summary>One end of a connection in memory.</summary>
    MemoryConnection = 160,
}
