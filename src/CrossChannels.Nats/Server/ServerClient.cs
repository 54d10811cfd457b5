using CrossChannels.Nats.Diagnostics;
using CrossChannels.Threading;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Server;

/// <summary>One process at one server: a connection for items and one for control, since a full socket must not delay a renewal.</summary>
internal sealed class ServerClient : IAsyncDisposable
{
    /// <summary>The first server that takes pipelined batches.</summary>
    private static readonly Version s_batches = new(2, 14);

    /// <summary>The first one whose consumers forget nothing that was settled, and that knows metadata.</summary>
    private static readonly Version s_least = new(2, 10, 27);

    private readonly RankedLock _sync = new(LockRank.HubDirectory);
    private readonly HashSet<IServerUser> _users = [];
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _giveUp;
    private INatsSub<byte[]>? _questions;
    private CrossChannelException? _lost;
    private bool _isOpened;
    private (string Error, long At)? _refusal;

    private ServerClient(string url, NatsOptions options)
    {
        Options = options;
        Names = new SpaceNames(options.Space);
        NatsOpts client = options.Client with
        {
            Url = url,
            Name = options.Client.Name == NatsOpts.Default.Name ? $"CrossChannels {options.Space} {Environment.ProcessId}" : options.Client.Name,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
            ReconnectWaitMax = TimeSpan.FromSeconds(2),
            PingInterval = TimeSpan.FromSeconds(5),
            MaxPingOut = 2,
            MaxReconnectRetry = -1,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        Items = new NatsConnection(client);
        Control = new NatsConnection(client);
        JetStream = new NatsJSContext(Control);
        Clients = new ClientWatch(this);
        ConnectedSince = Clock.GetTimestamp() - (long)(options.PresenceTimeout.TotalSeconds * Clock.TimestampFrequency);
        Items.ConnectionOpened += OnOpenedAsync;
        Items.ConnectionDisconnected += OnDisconnectedAsync;
        Items.OnConnectingAsync = OnConnectingAsync;
        Items.ServerError += OnServerErrorAsync;
        Control.ServerError += OnServerErrorAsync;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public NatsOptions Options { get; }

    public SpaceNames Names { get; }

    public NatsConnection Items { get; }

    public NatsConnection Control { get; }

    public NatsJSContext JetStream { get; }

    /// <summary>This process in this space.</summary>
    public string Id { get; } = SpaceNames.NewId();

    /// <summary>The process, as others name it in messages.</summary>
    public string DisplayName { get; } = $"process {Environment.ProcessId} on {Environment.MachineName}";

    /// <summary>Who else is there.</summary>
    public ClientWatch Clients { get; }

    public bool IsConnected => Control.ConnectionState == NatsConnectionState.Open;

    /// <summary>When the connection was opened last.</summary>
    public long ConnectedSince { get; private set; }

    public CancellationToken Stopping => _stop.Token;

    public TimeProvider Clock => Options.TimeProvider;

    public bool HasBatches { get; private set; }

    /// <summary>The largest message that the server takes.</summary>
    public int MaxPayload => Items.ServerInfo?.MaxPayload ?? (1 << 20);

    /// <summary>It is one of several. A leader that is cut off from the others answers what it is asked for some seconds more, without what they have changed.</summary>
    public bool IsClustered => Items.ServerInfo?.Cluster is { Length: > 0 };

    /// <summary>The process of the server; another one after it was restarted.</summary>
    public string ServerId => Items.ServerInfo?.Id ?? "";

    /// <summary>Connects, and checks that the server can do what channels need.</summary>
    /// <exception cref="EndpointException">The options do not allow the address, or the server is too old or has no JetStream.</exception>
    /// <exception cref="LinkTimeoutException">No server answered in time.</exception>
    public static async Task<ServerClient> ConnectAsync(string url, NatsOptions options, CancellationToken cancellationToken)
    {
        ServerAddress.Check(url, options);
        var client = new ServerClient(url, options);
        try
        {
            await client.OpenAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the server; again, while it is away or elects a leader, until it is given up.</summary>
    public async Task<TAnswer> AskAsync<TAnswer>(Func<NatsJSContext, CancellationToken, ValueTask<TAnswer>> ask, CancellationToken cancellationToken)
    {
        long started = Clock.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(10);
        while (true)
        {
            long asked = Clock.GetTimestamp();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
            try
            {
                return await ask(JetStream, either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (IsPassing(e) && !either.IsCancellationRequested)
            {
                ThrowIfRefused(asked);
                if (Clock.GetElapsedTime(started) > Options.GiveUpAfter)
                    throw new ConnectionLostException($"The NATS server at {ServerAddress.Show(Items.Opts.Url)} has not answered for {Options.GiveUpAfter.TotalSeconds:0.#} s: {e.Message}", e);
                await Task.Delay(pause, Clock, either.Token).ConfigureAwait(false);
                pause = TimeSpan.FromMilliseconds(Math.Min(1000, pause.TotalMilliseconds * 2));
            }
            catch (OperationCanceledException e) when (Stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new ObjectDisposedException("The connection to the NATS server is disposed.", e);
            }
        }
    }

    /// <summary>Sends a message of an end. Where the connection takes none it waits, until the server is given up.</summary>
    /// <exception cref="ConnectionLostException">It was given up.</exception>
    public async ValueTask SendAsync(string subject, byte[] data, NatsHeaders? headers = null, string? replyTo = null, CancellationToken cancellationToken = default)
    {
        long started = Clock.GetTimestamp();
        while (true)
        {
            try
            {
                await Items.PublishAsync(subject, data, headers, replyTo, NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (NatsTimeoutException e)
            {
                // The client gives up much sooner, and has sent nothing of it then.
                if (Clock.GetElapsedTime(started) > Options.GiveUpAfter)
                    throw new ConnectionLostException($"The NATS server at {ServerAddress.Show(Items.Opts.Url)} has taken nothing for {Options.GiveUpAfter.TotalSeconds:0.#} s.", e);
            }
        }
    }

    /// <summary>For one that waits in vain: tells it if this client may not do what it does.</summary>
    /// <param name="since">Since when it has waited.</param>
    /// <exception cref="LinkRefusedException">The server has refused a subject since then.</exception>
    public void ThrowIfRefused(long since)
    {
        (string Error, long At)? refusal;
        using (_sync.Enter())
            refusal = _refusal;
        if (refusal is { } last && last.At >= since)
            throw new LinkRefusedException($"The NATS server at {ServerAddress.Show(Items.Opts.Url)} does not let this client use a subject of space '{Options.Space}': {last.Error}");
    }

    /// <summary>Describes a stream; null if there is none.</summary>
    public async Task<StreamInfo?> FindStreamAsync(string stream, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAsync((js, token) => js.GetStreamAsync(stream, cancellationToken: token), cancellationToken).ConfigureAwait(false)).Info;
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            return null;
        }
    }

    /// <summary>Describes the consumer of a channel's stream; null if there is none.</summary>
    public async Task<ConsumerInfo?> FindConsumerAsync(string stream, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAsync((js, token) => js.GetConsumerAsync(stream, SpaceNames.Consumer, token), cancellationToken).ConfigureAwait(false)).Info;
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            return null;
        }
    }

    /// <summary>Makes a stream that every process of the space makes alike; or finds it, where streams are made beforehand.</summary>
    /// <exception cref="EndpointException">It is not there, or not as it must be, and this process makes none.</exception>
    public async Task EnsureStreamAsync(StreamConfig config, CancellationToken cancellationToken)
    {
        if (!Options.CreateStreams)
        {
            if (await FindStreamAsync(config.Name!, cancellationToken).ConfigureAwait(false) is not { } made)
                throw NotMade(config.Name!, "is not there", StreamText.Missing(config));
            CheckMade(config, made);
            return;
        }
        try
        {
            await AskAsync((js, token) => js.CreateStreamAsync(config, token), cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == ApiErrors.StreamNameInUse)
        {
            // Made by a process with other options, such as more replicas; that it is there is enough.
            if (await FindStreamAsync(config.Name!, cancellationToken).ConfigureAwait(false) is { } there)
                WarnIfKeptLess(there);
        }
    }

    /// <summary>Checks a stream that somebody made beforehand.</summary>
    /// <exception cref="EndpointException">It is not as it must be.</exception>
    public void CheckMade(StreamConfig needed, StreamInfo made)
    {
        if (needed.DifferenceFrom(made.Config) is { } difference)
            throw NotMade(needed.Name!, $"is not as it must be, {difference}", StreamText.Missing(needed));
        WarnIfKeptLess(made);
    }

    /// <summary>The error of a process that makes no streams, and misses one.</summary>
    /// <param name="stream">Which one.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="remedy">What makes it right.</param>
    public EndpointException NotMade(string stream, string what, string remedy) => new(
        $"The stream {stream} {what} on the NATS server at {ServerAddress.Show(Items.Opts.Url)}, and this process makes and changes none, as NatsOptions.CreateStreams is false. {remedy}");

    /// <summary>Says in the log that a stream, which was there, keeps less than this process asks for.</summary>
    public void WarnIfKeptLess(StreamInfo stream)
    {
        if (stream.Config.NumReplicas < Options.Replicas || stream.Config.Storage > StorageOf(Options.Storage))
            NatsLog.KeptLess(Options.Logger, stream.Config.Name ?? "", stream.Config.NumReplicas, stream.Config.Storage, Options.Replicas, StorageOf(Options.Storage));
    }

    /// <summary>A message of a stream; null if there is none.</summary>
    public async Task<StoredMessage?> FindMessageAsync(string stream, StreamMsgGetRequest request, CancellationToken cancellationToken)
    {
        try
        {
            StreamMsgGetResponse answer = await AskAsync(
                (js, token) => js.JSRequestResponseAsync<StreamMsgGetRequest, StreamMsgGetResponse>($"{js.Opts.Prefix}.STREAM.MSG.GET.{stream}", request, token),
                cancellationToken).ConfigureAwait(false);
            return answer.Message;
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            return null;
        }
    }

    /// <summary>Writes a record if nobody has changed it since it was read.</summary>
    /// <param name="subject">The record.</param>
    /// <param name="data">Its new content.</param>
    /// <param name="expected">The sequence that was read, 0 for none; null writes it in any case.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="id">By which the server knows it, where it may be sent twice.</param>
    /// <returns>Its new sequence; null if somebody has changed it.</returns>
    public async Task<ulong?> WriteRecordAsync(string subject, ReadOnlyMemory<byte> data, ulong? expected, CancellationToken cancellationToken, string? id = null)
    {
        PubAckResponse answer = await AskAsync(
            (js, token) => js.PublishAsync(
                subject, data, NatsRawSerializer<ReadOnlyMemory<byte>>.Default, new NatsJSPubOpts { ExpectedLastSubjectSequence = expected, MsgId = id }, null, token),
            cancellationToken).ConfigureAwait(false);
        if (answer.Error is not { } error)
            return answer.Seq;
        return error.ErrCode is ApiErrors.WrongLastSequence or ApiErrors.WrongLastSequenceConstant ? null : throw new NatsJSApiException(error);
    }

    public void Add(IServerUser user)
    {
        CrossChannelException? lost;
        using (_sync.Enter())
        {
            _users.Add(user);
            lost = _lost;
        }
        if (lost is not null)
            user.OnLost(lost);
    }

    public void Remove(IServerUser user)
    {
        using (_sync.Enter())
            _users.Remove(user);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Items.ConnectionOpened -= OnOpenedAsync;
        Items.ConnectionDisconnected -= OnDisconnectedAsync;
        Items.ServerError -= OnServerErrorAsync;
        Control.ServerError -= OnServerErrorAsync;
        TellLost(new LinkAbortedException("The connection to the NATS server was disposed in this process. What the server stored is still there."));
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_giveUp is { } giveUp)
            await giveUp.DisposeAsync().ConfigureAwait(false);
        foreach (NatsConnection connection in (NatsConnection[])[Items, Control])
        {
            try
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
            catch (NatsException)
            {
                // It is closed all the same; what it could not send any more is not missed.
            }
        }
    }

    /// <summary>Whether the server may answer a moment later.</summary>
    private static bool IsPassing(Exception e) => e switch
    {
        NatsJSApiException api => api.Error.Code == 503 || api.Error.ErrCode is ApiErrors.InsufficientResources or ApiErrors.NoPeers,
        NatsNoRespondersException or NatsNoReplyException or NatsJSApiNoResponseException or NatsJSPublishNoResponseException or NatsJSTimeoutException
            or NatsJSConnectionException or NatsConnectionFailedException or NatsTimeoutException => true,
        OperationCanceledException or TimeoutException => true,
        NatsException { InnerException: IOException or TimeoutException } => true,
        _ => false,
    };

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        long started = Clock.GetTimestamp();
        string shown = ServerAddress.Show(Items.Opts.Url);
        while (true)
        {
            try
            {
                await Items.ConnectAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
                await Control.ConnectAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (NatsException e) when (!IsRefusal(e) && Clock.GetElapsedTime(started) < Options.ConnectTimeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), Clock, cancellationToken).ConfigureAwait(false);
            }
            catch (NatsException e) when (IsRefusal(e))
            {
                throw new LinkRefusedException($"The NATS server at {shown} refused the connection: {Cause(e)}", e);
            }
            catch (NatsException e)
            {
                throw new LinkTimeoutException($"No NATS server answered at {shown} within {Options.ConnectTimeout.TotalSeconds:0.#} s: {Cause(e)}", e);
            }
        }
        _questions = await Control.SubscribeCoreAsync(Names.Alive(Id), serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
        _ = AnswerAsync(_questions);
        string text = Items.ServerInfo?.Version ?? "";
        Version version = System.Version.TryParse(text.Split('-')[0], out Version? parsed) ? parsed : new Version(0, 0);
        if (version < s_least)
        {
            throw new EndpointException(
                $"The NATS server at {shown} is version {text}, and channels need {s_least} or later: before that, items that were settled come back after a restart of the server.");
        }
        HasBatches = version >= s_batches;
        if (Items.ServerInfo is { JetStreamAvailable: false })
            throw new EndpointException($"The NATS server at {shown} has no JetStream, which holds the items: start it with '--jetstream' or a 'jetstream' block in its configuration.");
        try
        {
            await CheckPermissionsAsync(started, cancellationToken).ConfigureAwait(false);
            await PrepareSpaceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e)
        {
            throw new EndpointException($"The NATS server at {shown} does not let this client make the streams of space '{Options.Space}': {e.Message}", e);
        }
    }

    /// <summary>Tells whoever asks that this process is there.</summary>
    private static async Task AnswerAsync(INatsSub<byte[]> questions)
    {
        await foreach (NatsMsg<byte[]> question in questions.Msgs.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await question.ReplyAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is NatsException or InvalidOperationException or OperationCanceledException)
            {
                // Whoever asked is gone, or this process is.
            }
        }
    }

    private async Task PrepareSpaceAsync(CancellationToken cancellationToken)
    {
        StreamConfigStorage storage = StorageOf(Options.Storage);
        await EnsureStreamAsync(
            new StreamConfig(Names.State, Names.StateSubjects)
            {
                Storage = storage,
                NumReplicas = Options.Replicas,
                MaxMsgsPerSubject = 1,
                MaxMsgs = -1,
                MaxBytes = -1,
                Republish = new Republish { Src = Names.Courses, Dest = Names.ChangedTarget },
            },
            cancellationToken).ConfigureAwait(false);
        await EnsureStreamAsync(
            new StreamConfig(Names.Locks, [Names.LockSubjects]) { Storage = storage, NumReplicas = Options.Replicas, MaxMsgs = -1, MaxBytes = -1 },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks itself: one that may not use the subjects of its space would wait for answers that never come.</summary>
    private async Task CheckPermissionsAsync(long since, CancellationToken cancellationToken)
    {
        try
        {
            _ = await Control.RequestAsync<byte[], byte[]>(
                Names.Alive(Id), [], requestSerializer: NatsRawSerializer<byte[]>.Default, replySerializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (NatsException e) when (IsPassing(e))
        {
            ThrowIfRefused(since);
        }
    }

    internal static StreamConfigStorage StorageOf(NatsStorage storage) => storage == NatsStorage.Memory ? StreamConfigStorage.Memory : StreamConfigStorage.File;

    private static bool IsRefusal(NatsException e) =>
        e is NatsServerException || e.InnerException is NatsServerException or System.Security.Authentication.AuthenticationException
        || e.InnerException?.InnerException is NatsServerException or System.Security.Authentication.AuthenticationException;

    private static string Cause(Exception e) => e.GetBaseException().Message;

    private ValueTask OnOpenedAsync(object? sender, NatsEventArgs args)
    {
        IServerUser[] users;
        using (_sync.Enter())
        {
            _giveUp?.Dispose();
            _giveUp = null;
            users = [.. _users];
        }
        if (_isOpened)
            ConnectedSince = Clock.GetTimestamp();
        _isOpened = true;
        foreach (IServerUser user in users)
            user.OnReconnected();
        return default;
    }

    /// <summary>The client's events come some time later, when it may have connected and subscribed again; what must not be subscribed then has to know before.</summary>
    private ValueTask<(string Host, int Port)> OnConnectingAsync((string Host, int Port) address)
    {
        TellDisconnected();
        return new(address);
    }

    private void TellDisconnected()
    {
        IServerUser[] users;
        using (_sync.Enter())
            users = [.. _users];
        foreach (IServerUser user in users)
            user.OnDisconnected();
    }

    private ValueTask OnDisconnectedAsync(object? sender, NatsEventArgs args)
    {
        ITimer timer = Clock.CreateTimer(static state => ((ServerClient)state!).GiveUp(), this, Options.GiveUpAfter, Timeout.InfiniteTimeSpan);
        bool isFirst;
        using (_sync.Enter())
        {
            isFirst = _giveUp is null && !Stopping.IsCancellationRequested;
            if (isFirst)
                _giveUp = timer;
        }
        if (!isFirst)
            timer.Dispose();
        TellDisconnected();
        return default;
    }

    /// <summary>What a client may not do the server says to it, and not to the message that did it, which has no answer.</summary>
    private ValueTask OnServerErrorAsync(object? sender, NatsServerErrorEventArgs args)
    {
        if (args.Kind != NatsServerErrorKind.PermissionsViolation)
            return default;
        long now = Clock.GetTimestamp();
        using (_sync.Enter())
            _refusal = (args.Error, now);
        NatsLog.NotPermitted(Options.Logger, args.Error);
        return default;
    }

    /// <summary>A process that returns from Main with open ends leaves in order, under a deadline.</summary>
    private void OnExit(object? sender, EventArgs args)
    {
        IServerUser[] users;
        using (_sync.Enter())
            users = [.. _users];
        try
        {
#pragma warning disable VSTHRD002 // The process ends when this event returns, so it has to wait; the deadline is here.
            Task.WhenAll(users.Select(static user => user.ExitAsync())).Wait(ConnectionOptions.Default.ExitTimeout);
#pragma warning restore VSTHRD002
        }
        catch (AggregateException)
        {
            // Each has logged what it could not do.
        }
    }

    private void GiveUp() => TellLost(new ConnectionLostException(
        $"The NATS server at {ServerAddress.Show(Items.Opts.Url)} has been away for {Options.GiveUpAfter.TotalSeconds:0.#} s. What it stored is still there: connect again when it runs."));

    /// <summary>This process is no longer there for others: its ends fail, and it answers nobody who asks for it.</summary>
    private void TellLost(CrossChannelException lost)
    {
        IServerUser[] users;
        using (_sync.Enter())
        {
            if (_lost is not null)
                return;
            _lost = lost;
            users = [.. _users];
        }
        if (_questions is { } questions)
            _ = questions.DisposeAsync().AsTask();
        foreach (IServerUser user in users)
            user.OnLost(lost);
    }
}

/// <summary>What depends on the connection to the server.</summary>
internal interface IServerUser
{
    /// <summary>The connection is there again; what was under way may be lost.</summary>
    void OnReconnected();

    /// <summary>The connection is away. Said at least once before it is there again.</summary>
    void OnDisconnected()
    {
    }

    /// <summary>The process exits: what was accepted is sent, what is held is given back.</summary>
    Task ExitAsync();

    /// <summary>The server was given up, or the connection disposed.</summary>
    void OnLost(CrossChannelException error);
}

/// <summary>The errors of JetStream that mean something to channels.</summary>
internal static class ApiErrors
{
    public const int NoPeers = 10005;
    public const int InsufficientResources = 10023;
    public const int StreamNameInUse = 10058;
    public const int WrongLastSequence = 10071;
    public const int StoreFailed = 10077;
    public const int WrongLastSequenceConstant = 10164;
    public const int BatchesDisabled = 10205;
}
