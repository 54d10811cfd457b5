namespace EndToEnd.Peers;

/// <summary>The processes of one side of a pair. They stay alive from the first round to the last.</summary>
internal sealed class Side : IAsyncDisposable
{
    private readonly List<Peer> _peers = [];
    private readonly CancellationToken _cancellationToken;

    private Side(CancellationToken cancellationToken) => _cancellationToken = cancellationToken;

    public IReadOnlyList<Peer> Peers => _peers;

    /// <summary>The process that runs the rounds; the others follow it.</summary>
    public Peer Driver => _peers[^1];

    /// <summary>Starts the parts in order, so that who listens does so before who connects; the last is the driver.</summary>
    public static async Task<Side> StartAsync(IReadOnlyList<PartSpec> parts, CancellationToken cancellationToken, string? executable = null)
    {
        var side = new Side(cancellationToken);
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

    public Task WarmUpAsync(TimeSpan duration) => Driver.AskAsync(Requests.WarmUp, _cancellationToken, duration);

    public Task<double[]> RunAsync(TimeSpan duration) => Driver.AskAsync(Requests.Run, _cancellationToken, duration);

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
}
