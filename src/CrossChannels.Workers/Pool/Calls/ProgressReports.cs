using CrossChannels.Threading;

namespace CrossChannels.Workers.Pool;

/// <summary>
/// Tells a receiver of the caller's how many tasks are done: one report at a time, rising, and no lock is held while it is told.
/// </summary>
internal sealed class ProgressReports(IProgress<int> receiver)
{
    private int _done;
    private int _told;
    private int _isTelling;

    /// <summary>Adds tasks. If another thread is telling, that one tells of these as well before its own chunk counts as done.</summary>
    public void Add(int count)
    {
        Interlocked.Add(ref _done, count);
        while (Volatile.Read(ref _done) > Volatile.Read(ref _told) && Interlocked.CompareExchange(ref _isTelling, 1, 0) == 0)
        {
            try
            {
                int done;
                while ((done = Volatile.Read(ref _done)) > _told)
                {
                    Volatile.Write(ref _told, done);
                    HeldLocks.AssertNone();
                    receiver.Report(done);
                }
            }
            finally
            {
                // What is added from here on is seen by who added it, or by the next look.
                Volatile.Write(ref _isTelling, 0);
            }
        }
    }
}
