using CrossChannels.Links;

namespace CrossChannels.Tests.Links;

/// <summary>Keeps all work until the test runs it.</summary>
internal sealed class LateScheduler : WorkScheduler
{
    private readonly Stack<IThreadPoolWorkItem> _work = new();

    public override void Queue(IThreadPoolWorkItem work)
    {
        lock (_work)
            _work.Push(work);
    }

    public void RunBackwards()
    {
        while (true)
        {
            IThreadPoolWorkItem? work;
            lock (_work)
            {
                if (!_work.TryPop(out work))
                    return;
            }
            work.Execute();
        }
    }
}
