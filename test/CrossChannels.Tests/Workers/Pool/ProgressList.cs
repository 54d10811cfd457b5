namespace CrossChannels.Tests.Workers.Pool;

/// <summary>All that a receiver of progress is told.</summary>
internal sealed class ProgressList : IProgress<int>
{
    private volatile int _last;

    public List<int> All { get; } = [];

    /// <summary>May be asked while the call runs.</summary>
    public int Last => _last;

    public void Report(int value)
    {
        All.Add(value);
        _last = value;
    }
}
