using EndToEnd.Counters;
using EndToEnd.Peers;

namespace EndToEnd.Comparing.Measuring;

/// <summary>The processes that play a scenario once, of one version, and the rounds they have had. They stay alive between rounds.</summary>
internal sealed class ProcessSet : IAsyncDisposable
{
    private readonly Side _side;
    private readonly CancellationToken _cancellationToken;
    private readonly List<Round> _rounds = [];
    private CounterReading _asking;

    private ProcessSet(Side side, Role role, CancellationToken cancellationToken)
    {
        _side = side;
        _cancellationToken = cancellationToken;
        Role = role;
    }

    public Role Role { get; }

    /// <summary>The rounds that count.</summary>
    public IReadOnlyList<Round> Rounds => _rounds;

    /// <summary>A round of its own in which system calls were counted.</summary>
    public Round? Counted { get; private set; }

    public static async Task<ProcessSet> StartAsync(
        string executable, IReadOnlyList<PartSpec> parts, int drivers, Role role, TimeSpan warmUp, CancellationToken cancellationToken)
    {
        Side side = await Side.StartAsync(parts, cancellationToken, drivers, executable);
        try
        {
            await side.WarmUpAsync(warmUp);
            var set = new ProcessSet(side, role, cancellationToken);
            await set.LearnAskingAsync();
            return set;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    /// <summary>One round.</summary>
    /// <param name="duration">About how long.</param>
    /// <param name="isCounted">False for one whose figures are dropped.</param>
    public async Task RunAsync(TimeSpan duration, bool isCounted)
    {
        Round round = await RunAsync(duration);
        if (isCounted)
            _rounds.Add(round);
    }

    /// <summary>The last round, in which system calls are counted; nothing else of it is used, because counting them takes time.</summary>
    public async Task RunCountedAsync(TimeSpan duration)
    {
        foreach (Peer peer in _side.Peers)
            await peer.AskAsync(Requests.CountCalls, _cancellationToken);
        await LearnAskingAsync();
        Counted = await RunAsync(duration);
    }

    public ValueTask DisposeAsync() => _side.DisposeAsync();

    private async Task<Round> RunAsync(TimeSpan duration)
    {
        CounterReading before = await ReadAsync();
        double[] figures = await _side.RunAsync(duration);
        return new Round(figures, await ReadAsync() - before - _asking);
    }

    /// <summary>Reading the counters costs as well. The first reading is dearer than the others.</summary>
    private async Task LearnAskingAsync()
    {
        await ReadAsync();
        CounterReading before = await ReadAsync();
        _asking = await ReadAsync() - before;
    }

    private async Task<CounterReading> ReadAsync()
    {
        CounterReading sum = default;
        foreach (Peer peer in _side.Peers)
            sum += CounterReading.Of(await peer.AskAsync(Requests.Counters, _cancellationToken));
        return sum;
    }
}
