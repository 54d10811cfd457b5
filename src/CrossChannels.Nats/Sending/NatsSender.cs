using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Nats.Completion;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Server;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace CrossChannels.Nats.Sending;

/// <summary>
/// One writer of a channel on a server. It accepts items up to a limit of its own, and sends them in rounds, one at a time: the server stores a prefix of each, so that items stay in order
/// whatever is refused for want of room, and nothing is sent behind an item whose fate is open.
/// </summary>
#pragma warning disable CA1001 // Its source has no timer: there is nothing to dispose.
internal sealed class NatsSender : ICourseEnd, IServerUser
#pragma warning restore CA1001
{
    public const string IdHeader = "Nats-Msg-Id";
    public const string AgainHeader = "CC-Again";
    public const string NullHeader = "CC-Null";

    /// <summary>What subject, identity and marks of an item take of a message, at most.</summary>
    private const int HeaderRoom = 512;

    private const int MostInARound = 256;
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromMilliseconds(100);

    private readonly RankedLock _sync = new(LockRank.Outbox);
    private readonly ServerClient _server;
    private readonly ChannelCourse _course;
    private readonly bool _isOwner;
    private readonly string _subject;
    private readonly string _answers;
    private readonly AcceptedItems _items;
    private readonly CancellationTokenSource _stop = new();
    private INatsSub<byte[]>? _subscription;
    private Task? _opening;
    private ItemLimit _limit;
    private long _sentUpTo;
    private long _doubtedUpTo;
    private bool _isRunning;
    private readonly MetricTags _tags;
    private EndingTask _ended;
    private Closure? _closure;
    private Exception? _failure;
    private Task? _leaving;
    private SendRound _round;
    private TaskCompletionSource<RoundOutcome>? _outcome;
    private TaskCompletionSource? _room;

    public NatsSender(ServerClient server, ChannelCourse course, ItemOptions items, bool isOwner)
    {
        _server = server;
        _course = course;
        _isOwner = isOwner;
        _subject = server.Names.Items(course.Facts.Name, Id);
        _answers = $"{SpaceNames.Answers}.{server.Id}.b.{Id}";
        long most = server.Options.MaxUnconfirmed ?? Math.Min(MostInARound, Math.Max(1, (course.Facts.Capacity ?? long.MaxValue) / 4));
        Window = (int)Math.Min(most, MostInARound);
        _items = new AcceptedItems(_sync, course.Facts.Capacity is null ? int.MaxValue : (int)Math.Min(int.MaxValue, most), ConnectionOptions.Default.MaxUnreadBytes);
        _limit = new ItemLimit(items.MaxItemBytes);
        _tags = new MetricTags(course.Facts.Name, isOwner ? "owner" : "writer");
        course.Add(this);
        server.Add(this);
    }

    /// <summary>This writer among all of the space.</summary>
    public string Id { get; } = SpaceNames.NewId();

    public ILogger? Logger => _server.Options.Logger;

    public Closure? Closure => Volatile.Read(ref _closure);

    /// <summary>Done when nothing more is accepted; never faults.</summary>
    public Task<Ending> Ended => _ended.WaitAsync(() => Closure);

    /// <summary>The most items of a round.</summary>
    private int Window { get; }

    public long UnreceivedCount
    {
        get
        {
            using (_sync.Enter())
                return _items.UnstoredCount;
        }
    }

    public bool MayAccept
    {
        get
        {
            using (_sync.Enter())
                return HasRoomLocked;
        }
    }

    private bool HasRoomLocked => _closure is null && _items.HasRoom;

    /// <summary>Makes this writer known to the others of its channel. One that is never used is not.</summary>
    public Task OpenAsync()
    {
        using (_sync.Enter())
            return _opening ??= OpenCoreAsync();
    }

    public bool TryAccept<TItem>(TItem item) =>
        TryAccept(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TItem, byte>(ref item), Unsafe.SizeOf<TItem>()), isNull: false);

    /// <exception cref="ItemTooLargeException">No reader, or no message of the server, may be so large.</exception>
    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull)
    {
        bool isIdle;
        using (_sync.Enter())
        {
            if (_closure is not null)
                return false;
            CheckSize(item.Length);
            if (!HasRoomLocked)
                return false;
            isIdle = AppendLocked(item, isNull);
        }
        if (isIdle)
            _ = RunAsync();
        return true;
    }

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        bool isIdle = false;
        WriteWaiter? waiter = null;
        short version = 0;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.FailWriteAsync();
            try
            {
                CheckSize(item.Length);
            }
            catch (ItemTooLargeException e)
            {
                return ValueTask.FromException(e);
            }
            if (HasRoomLocked)
            {
                isIdle = AppendLocked(item, isNull);
            }
            else
            {
                waiter = _items.Block(item, isNull);
                version = waiter.Version;
            }
        }
        if (isIdle)
            _ = RunAsync();
        if (waiter is null)
            return default;
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        Waiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.EndWaitAsync();
            if (HasRoomLocked)
                return new ValueTask<bool>(true);
            waiter = _items.Wait();
            version = waiter.Version;
        }
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Waits until the server has stored every item accepted so far.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Task stored;
        using (_sync.Enter())
        {
            if (_items.UnstoredCount == 0)
                return default;
            if (_failure is { } failure)
                return ValueTask.FromException(failure);
            stored = _items.WhenStoredAsync();
        }
        return new ValueTask(stored.WaitAsync(cancellationToken));
    }

    /// <summary>Waits until nothing is left of what is in the channel now.</summary>
    public async ValueTask JoinAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _course.JoinAsync(cancellationToken).ConfigureAwait(false);
    }

    public bool TryComplete(Exception? error)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            if (_leaving is not null)
                return false;
            CloseLocked(new Closure(new Ending(EndingMap.KindOf(error), error), error), ref wake);
            _leaving = LeaveAsync(WriterState.Done, error);
        }
        wake.Wake(inline: false);
        return true;
    }

    public async ValueTask<long> CloseAsync(TimeSpan? timeout)
    {
        TimeSpan limit = TimeoutRange.Check(timeout ?? _server.Options.CloseTimeout, nameof(timeout));
        Task leaving = BeginLeaveAsync();
        if (limit != TimeSpan.Zero)
        {
            try
            {
                await leaving.WaitAsync(limit, _server.Clock).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // What is not stored yet still is, while the process lives; the count below says how many these are.
            }
        }
        return UnreceivedCount;
    }

    public void Close() => _ = BeginLeaveAsync();

    public void ReportUnreceived(long count)
    {
        ChannelMetrics.NotReceived(count, _tags);
        NatsLog.NotStored(Logger, _course.Facts.Name, count);
    }

    /// <summary>Others ended the channel, or it is over.</summary>
    void ICourseEnd.OnCourse(CourseRecord record)
    {
        WakeList wake = default;
        Exception? failure = null;
        using (_sync.Enter())
        {
            if (record.Phase == CoursePhase.Open)
                return;
            Closure closure = record.ToWriterClosure();
            CloseLocked(closure, ref wake);
            if (record.IsAborted || record.Phase >= CoursePhase.Draining)
                failure = closure.ForCount();
            _leaving ??= LeaveAsync(WriterState.Done, error: null, tells: false);
        }
        wake.Wake(inline: false);
        if (failure is not null)
            Fail(failure);
        Signal(ref _room);
    }

    void ICourseEnd.OnHint(CourseHint hint, ReadOnlySpan<byte> from)
    {
        if (hint == CourseHint.Room)
            Signal(ref _room);
    }

    bool ICourseEnd.IsReader => false;

    Task IServerUser.ExitAsync() => BeginLeaveAsync();

    void IServerUser.OnReconnected()
    {
        TaskCompletionSource<RoundOutcome>? outcome;
        using (_sync.Enter())
            outcome = _outcome;
        outcome?.TrySetResult(new RoundOutcome(RoundOutcomeKind.Unknown));
        Signal(ref _room);
    }

    void IServerUser.OnLost(CrossChannelException error) => End(error.Kind, error);

    /// <summary>Nothing more is sent. An error of the connection says how many items that leaves.</summary>
    private void End(EndingKind kind, Exception error)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            long unreceived = _items.UnstoredCount;
            if (error is ConnectionLostException)
                error = new ConnectionLostException(error.Message, error, unreceived);
            CloseLocked(new Closure(new Ending(kind, error, unreceived), error), ref wake);
        }
        wake.Wake(inline: false);
        Fail(error);
    }

    private void Signal(ref TaskCompletionSource? source)
    {
        TaskCompletionSource? taken;
        using (_sync.Enter())
            (taken, source) = (source, null);
        taken?.TrySetResult();
    }

    /// <exception cref="ItemTooLargeException">It is too large.</exception>
    private void CheckSize(int bytes)
    {
        if (_limit.Check(bytes) is { } error)
            throw error;
        int most = _server.MaxPayload - HeaderRoom;
        if (bytes > most)
            throw new ItemTooLargeException(bytes, most, "the NATS server's max_payload");
    }

    /// <returns>Nobody sends, so that the caller starts it.</returns>
    private bool AppendLocked(ReadOnlySpan<byte> item, bool isNull)
    {
        _sync.AssertHeld();
        _items.Add(item, isNull);
        bool isIdle = !_isRunning;
        _isRunning = true;
        return isIdle;
    }

    private void CloseLocked(Closure closure, ref WakeList wake)
    {
        _sync.AssertHeld();
        if (_closure is not null)
            return;
        Volatile.Write(ref _closure, closure);
        // Continuations of the task never run on the thread that sets it.
        _ended.Set(closure);
        _items.EndWaits(closure, ref wake);
    }

    private Task BeginLeaveAsync()
    {
        WakeList wake = default;
        Task leaving;
        using (_sync.Enter())
        {
            CloseLocked(new Closure(new Ending(EndingKind.WriterLeft), null), ref wake);
            leaving = _leaving ??= LeaveAsync(WriterState.Left, error: null);
        }
        wake.Wake(inline: false);
        return leaving;
    }

    /// <summary>Waits until everything is stored, then tells the others that this writer sends no more.</summary>
    /// <param name="state">How it leaves.</param>
    /// <param name="error">With what it completes the channel.</param>
    /// <param name="tells">False where the end of the channel came from elsewhere.</param>
    private async Task LeaveAsync(WriterState state, Exception? error, bool tells = true)
    {
        await Task.Yield();
        try
        {
            await FlushAsync(_stop.Token).ConfigureAwait(false);
            Task? opening;
            using (_sync.Enter())
                opening = _opening;
            bool isKnown = opening is not null;
            if (opening is not null)
                await opening.ConfigureAwait(false);
            await _course.LeaveAsync(Id, isKnown, _isOwner, state, error, tells, _server.Stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NatsLog.NotLeft(Logger, _course.Facts.Name, e.Message);
        }
        _server.Remove(this);
        _course.Remove(this);
        if (_subscription is { } subscription)
            await subscription.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Nothing more is stored: who waits for that is told.</summary>
    private void Fail(Exception error)
    {
        TaskCompletionSource[] waits;
        TaskCompletionSource<RoundOutcome>? outcome;
        using (_sync.Enter())
        {
            _failure ??= error;
            waits = _items.TakeWaitsForStored();
            outcome = _outcome;
        }
        foreach (TaskCompletionSource done in waits)
        {
            done.TrySetException(error);
            _ = done.Task.Exception;
        }
        outcome?.TrySetResult(new RoundOutcome(RoundOutcomeKind.Unknown));
        _stop.Cancel();
    }

    private async Task OpenCoreAsync()
    {
        await Task.Yield();
        _subscription = await _server.Items.SubscribeCoreAsync(
            $"{_answers}.>", serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: _server.Stopping).ConfigureAwait(false);
        _ = ListenAsync(_subscription);
        if (!_isOwner)
            await _course.JoinWritersAsync(Id, _server.Stopping).ConfigureAwait(false);
    }

    private async Task ListenAsync(INatsSub<byte[]> subscription)
    {
        await foreach (NatsMsg<byte[]> message in subscription.Msgs.ReadAllAsync().ConfigureAwait(false))
        {
            // Flow acknowledgements are many where several writers are at work, and say nothing that is needed.
            if (message.Data is { } data && data.AsSpan().StartsWith("{\"type\":\"ack\""u8))
                continue;
            PublishAnswer? answer = null;
            try
            {
                if (!message.HasNoResponders && message.Data is { Length: > 0 } text)
                    answer = JsonSerializer.Deserialize(text, NatsJson.Default.PublishAnswer);
                else if (!message.HasNoResponders)
                    continue;
            }
            catch (JsonException e)
            {
                NatsLog.Unreadable(Logger, message.Subject, e.Message);
                continue;
            }
            TaskCompletionSource<RoundOutcome>? outcome;
            RoundOutcome? read;
            using (_sync.Enter())
            {
                read = _round.Prefix is null ? null : _round.Read(message.Subject, answer);
                outcome = _outcome;
            }
            if (read is { } decided)
                outcome?.TrySetResult(decided);
        }
    }

    /// <summary>Sends until nothing is left. Begins on the thread of the caller that found the writer idle.</summary>
    private async Task RunAsync()
    {
        try
        {
            await OpenAsync().ConfigureAwait(false);
            int window = 1;
            TimeSpan pause = TimeSpan.Zero;
            long troubledSince = 0;
            while (TakeRound(window, out AcceptedItem[] items))
            {
                long sent = _server.Clock.GetTimestamp();
                RoundOutcome outcome = await SendAsync(items).ConfigureAwait(false);
                if (_failure is not null)
                    return;
                Advance(outcome.Stored);
                if (outcome.Stored > 0)
                {
                    pause = TimeSpan.Zero;
                    troubledSince = 0;
                }
                if (outcome.Kind == RoundOutcomeKind.Answered && outcome.Stored == items.Length)
                {
                    window = _course.Facts.HasBatches ? Math.Min(window * 2, Window) : 1;
                    continue;
                }
                window = outcome.Stored > 0 ? Math.Max(1, Math.Min(window / 2, outcome.Stored)) : 1;
                bool isFull = outcome is { Kind: RoundOutcomeKind.Answered, Error: null or { ErrorCode: ApiErrors.StoreFailed } };
                if (isFull && outcome.Stored > 0)
                    continue;
                if (outcome.Kind == RoundOutcomeKind.Unknown)
                {
                    _server.ThrowIfRefused(sent);
                    DoubtSent();
                }
                if (!isFull)
                {
                    troubledSince = troubledSince == 0 ? _server.Clock.GetTimestamp() : troubledSince;
                    if (outcome.Kind == RoundOutcomeKind.NobodyThere)
                        await _course.LookAsync(_server.Stopping).ConfigureAwait(false);
                    if (_failure is not null)
                        return;
                    if (_server.Clock.GetElapsedTime(troubledSince) > _server.Options.GiveUpAfter)
                        throw new ConnectionLostException($"The NATS server has taken no item of channel '{_course.Facts.Name}' for {_server.Options.GiveUpAfter.TotalSeconds:0.#} s: {outcome.Error?.Description ?? "no answer"}.");
                }
                pause = pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromMilliseconds(Math.Min(s_mostPause.TotalMilliseconds, pause.TotalMilliseconds * 2));
                if (outcome.Kind != RoundOutcomeKind.Unknown)
                    await WaitForRoomAsync(pause, isFull).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested || _server.Stopping.IsCancellationRequested)
        {
            Fail(new ObjectDisposedException(nameof(NatsChannels)));
        }
        catch (Exception e)
        {
            End(e is CrossChannelException known ? known.Kind : EndingKind.ConnectionLost, e);
        }
    }

    /// <summary>Looks at the items that are sent next; they stay where they are until they are stored.</summary>
    private bool TakeRound(int window, out AcceptedItem[] items)
    {
        using (_sync.Enter())
        {
            items = _items.First(window);
            if (items.Length == 0)
            {
                _isRunning = false;
                return false;
            }
            _round = new SendRound(_answers, Id, _round.Number + 1, items.Length);
            _outcome = new TaskCompletionSource<RoundOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    private async Task<RoundOutcome> SendAsync(AcceptedItem[] items)
    {
        long first = _items.Stored + 1;
        SendRound round = _round;
        TaskCompletionSource<RoundOutcome> outcome = _outcome!;
        _sentUpTo = Math.Max(_sentUpTo, first + items.Length - 1);
        for (int i = 0; i < items.Length; i++)
        {
            NatsHeaders? headers = null;
            if (_server.Options.DuplicateWindow > TimeSpan.Zero)
                (headers = []).Add(IdHeader, string.Create(CultureInfo.InvariantCulture, $"{Id}:{first + i}"));
            if (first + i <= _doubtedUpTo)
                (headers ??= []).Add(AgainHeader, "1");
            if (items[i].IsNull)
                (headers ??= []).Add(NullHeader, "1");
            await _server.SendAsync(_subject, items[i].Bytes, headers, round.ReplyTo(i), _stop.Token).ConfigureAwait(false);
        }
        try
        {
            return await outcome.Task.WaitAsync(s_answerTimeout, _server.Clock, _server.Stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new RoundOutcome(RoundOutcomeKind.Unknown);
        }
    }

    /// <summary>What was sent may be stored, or not: when it is sent again it says so.</summary>
    private void DoubtSent() => _doubtedUpTo = Math.Max(_doubtedUpTo, _sentUpTo);

    /// <summary>Items are stored: makes room, and tells those who wait for that.</summary>
    private void Advance(int count)
    {
        if (count == 0)
            return;
        WakeList wake = default;
        List<TaskCompletionSource>? stored;
        using (_sync.Enter())
            stored = _items.Remove(count, isOpen: _closure is null, ref wake);
        wake.Wake(inline: false);
        foreach (TaskCompletionSource done in stored ?? [])
            done.TrySetResult();
    }

    /// <summary>Waits until a reader says that there is room, or for a while.</summary>
    private async Task WaitForRoomAsync(TimeSpan pause, bool isFull)
    {
        TaskCompletionSource room;
        using (_sync.Enter())
            room = _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isFull)
            await _server.SendAsync(_server.Names.Full(_course.Facts.Name), [], cancellationToken: _stop.Token).ConfigureAwait(false);
        try
        {
            await room.Task.WaitAsync(pause, _server.Clock, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The hint may be lost: trying is what counts.
        }
    }
}
