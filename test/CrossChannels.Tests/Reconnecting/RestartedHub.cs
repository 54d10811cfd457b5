namespace CrossChannels.Tests.Reconnecting;

/// <summary>A hub in a process that is killed, and started again at the same address; and ends of it that reconnect.</summary>
internal sealed class RestartedHub : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _address;
    private ChildProcess? _process;

    private RestartedHub() => _address = ChannelAddress.Unix(_directory["hub"]).ToString();

    public LogList Log { get; } = new();

    public ChildProcess Process => _process!;

    public static async Task<RestartedHub> StartAsync()
    {
        var hub = new RestartedHub();
        await hub.RestartAsync();
        return hub;
    }

    public string Of(string channel) => $"{_address}#{channel}";

    /// <summary>Starts the next process.</summary>
    public async Task RestartAsync()
    {
        _process = Begin(listenTimeout: 0);
        Assert.AreEqual("owns", await _process.ReadLineAsync());
    }

    /// <summary>Starts a process, which may wait for the address.</summary>
    public ChildProcess Begin(int listenTimeout) => ChildProcess.Start("own-for-reconnect", _address, $"{listenTimeout}");

    public async Task KillAsync()
    {
        await Process.KillAsync();
        await Process.DisposeAsync();
        _process = null;
    }

    /// <summary>Options of an end that tries often, and for as long as a test may take unless it says less.</summary>
    public ConnectionOptions Reconnecting(bool resends = false, TimeSpan? giveUpAfter = null, Action<Reconnection>? reconnected = null) => new()
    {
        Logger = Log,
        Reconnect = new()
        {
            FirstDelay = TimeSpan.FromMilliseconds(10),
            MaxDelay = TimeSpan.FromMilliseconds(50),
            GiveUpAfter = giveUpAfter ?? Timeout.InfiniteTimeSpan,
            ResendUnreceived = resends,
            Reconnected = reconnected,
        },
    };

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _directory.Dispose();
    }
}
