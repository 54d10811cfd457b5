namespace EndToEnd.Peers;

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

    /// <summary>Starts the parts in order, so that who listens does so before who connects; the last is the driver, or the last ones are.</summary>
    public static async Task<Side> StartAsync(IReadOnlyList<PartSpec> parts, CancellationToken cancellationToken, int drivers = 1, string? executable = null)
    {
        var side = new Side(drivers, cancellationToken);
        try
        {
            foreach (PartSpec part in parts)
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

    /// <summary>Ends the driver first, then who follows it.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = _peers.Count - 1; i >= 0; i--)
            await _peers[i].DisposeAsync();
    }

    private async Task<double[]> AskDriversAsync(string request, TimeSpan duration)
    {
        double[][] answers = await Task.WhenAll(_peers.TakeLast(_drivers).Select(driver => driver.AskAsync(request, _cancellationToken, duration)));
        return [.. Enumerable.Range(0, answers[0].Length).Select(i => answers.Sum(answer => answer[i]))];
    }
}
