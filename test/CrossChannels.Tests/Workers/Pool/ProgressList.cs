namespace CrossChannels.Tests.Workers.Pool;

/// <summary>Keeps what it is told, at once.</summary>
internal sealed class ProgressList : IProgress<int>
{
    public List<int> All { get; } = [];

    public void Report(int value) => All.Add(value);
}
