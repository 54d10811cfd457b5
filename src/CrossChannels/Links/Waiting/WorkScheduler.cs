namespace CrossChannels.Links;

/// <summary>Where a link's work runs when it must not run on a caller's thread. A test may put its own in place.</summary>
internal class WorkScheduler
{
    /// <summary>That of every link which is given none of its own: the thread pool.</summary>
    public static WorkScheduler Default { get; set; } = new();

    public virtual void Queue(IThreadPoolWorkItem work) =>
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
