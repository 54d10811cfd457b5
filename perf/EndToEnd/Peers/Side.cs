namespace EndToEnd.Peers;

/// <summary>The processes of one side before they are started.</summary>
/// <param name="Parts">In the order of their start: what listens first, what runs the rounds last.</param>
/// <param name="Drivers">How many of them, the last ones, run the rounds together.</param>
internal sealed record SideSpec(IReadOnlyList<PartSpec> Parts, int Drivers = 1);

/// <summary>The processes of one side of a pair. They stay alive from the first round to the last.</summary>
internal sealed class Side : IAsyncDisposable
{
    private readonly List<Peer> _peers = [];
    private readonly CancellationToken _cancellationToken;
    private readonly int _drivers;

    private Side(int drivers, CancellationToken cancellationToken)
    {
        _drivers = drivers;
        _cancellationToken = cancellationToken;
    }

    public IReadOnlyList<Peer> Peers => _peers;

    /// <summary>The process that runs the rounds; the others follow it.</summary>
    public Peer Driver => _peers[^1];

    public static Task<Side> StartAsync(IReadOnlyList<PartSpec> parts, CancellationToken cancellationToken) =>
        StartAsync(new SideSpec(parts), cancellationToken);

    /// <summary>Starts the parts in order, each when the one before is ready.</summary>
    public static async Task<Side> StartAsync(SideSpec spec, CancellationToken cancellationToken, string? executable = null)
    {
        var side = new Side(spec.Drivers, cancellationToken);
        try
        {
            foreach (PartSpec part in spec.Parts)
                side._peers.Add(await Peer.StartAsync(part, cancellationToken, executable));
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    public Task WarmUpAsync(TimeSpan duration) => AskDriversAsync(Requests.WarmUp, duration);

    /// <summary>One round; of several drivers the figures are added.</summary>
    public Task<double[]> RunAsync(TimeSpan duration) => AskDriversAsync(Requests.Run, duration);

    /// <summary>The same question to every process, one after the other.</summary>
    public async Task<double[]> AskAllAsync(string request)
    {
        double[] answers = new double[_peers.Count];
        for (int i = 0; i < answers.Length; i++)
            answers[i] = await _peers[i].AskOneAsync(request, _cancellationToken);
        return answers;
    }

    /// <summary>Ends the driver first, then what follows it.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = _peers.Count - 1; i >= 0; i--)
            await _peers[i].DisposeAsync();
    }

    private async Task<double[]> AskDriversAsync(string request, TimeSpan duration)
    {
        double[][] answers = await Task.WhenAll(
            _peers.TakeLast(_drivers).Select(driver => driver.AskAsync(request, _cancellationToken, duration)));
        return [.. Enumerable.Range(0, answers[0].Length).Select(i => answers.Sum(answer => answer[i]))];
    }
}

/// <summary>Rounds of several sides that live side by side and take turns.</summary>
internal static class Rounds
{
    /// <summary>A B C, then C B A: what drifts, such as the clock of a processor that warms up, favors none.</summary>
    /// <param name="specs">The sides.</param>
    /// <param name="plan">How many rounds, and how long.</param>
    /// <param name="onRound">Told after each round what all sides have so far; null for nothing.</param>
    /// <param name="cancellationToken">All processes are ended before this returns.</param>
    /// <returns>A list a side, with the figures of each round.</returns>
    public static async Task<IReadOnlyList<double[]>[]> RunAsync(
        IEnumerable<SideSpec> specs, Plan plan, Action<IReadOnlyList<double[]>[]>? onRound, CancellationToken cancellationToken)
    {
        var sides = new List<Side>();
        try
        {
            foreach (SideSpec spec in specs)
                sides.Add(await Side.StartAsync(spec, cancellationToken));
            foreach (Side side in sides)
                await side.WarmUpAsync(plan.WarmUp);

            List<double[]>[] figures = [.. sides.Select(static _ => new List<double[]>())];
            for (int round = 0; round < plan.Pairs; round++)
            {
                for (int i = 0; i < sides.Count; i++)
                {
                    int side = round % 2 == 0 ? i : sides.Count - 1 - i;
                    figures[side].Add(await sides[side].RunAsync(plan.Duration));
                }
                onRound?.Invoke(figures);
            }
            return figures;
        }
        finally
        {
            foreach (Side side in sides)
                await side.DisposeAsync();
        }
    }
}
