namespace CrossChannels.Links;

/// <summary>Where a link's work runs when it must not run on a caller's thread. A test may put its own in place.</summary>
internal class WorkScheduler
{
    public static readonly WorkScheduler ThreadPool = new();

    public virtual void Queue(IThreadPoolWorkItem work) =>
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
