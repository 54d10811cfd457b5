using System.Globalization;
using System.Text;
using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Nats.Completion;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Sending;
using CrossChannels.Nats.Server;
using CrossChannels.Threading;
using NATS.Client.Core;

namespace CrossChannels.Nats.Receiving;

/// <summary>
/// One reader of a channel on a server. It asks for items when somebody reads, and for as many as are read soon; what it holds is the server's until it is acknowledged, and renewed as long as the
/// process runs.
/// </summary>
#pragma warning disable CA1001 // Its timer is disposed when it leaves, and its source has none.
internal sealed class NatsReceiver : ILeaseHolder, ICourseEnd, IServerUser
#pragma warning restore CA1001
{
    /// <summary>Ahead of the item's number in the subject where the server answers that it has taken it back.</summary>
    private const char ReturnMark = 'n';

    /// <summary>Ahead of the time, in milliseconds, at which this reader sent itself a message by the server.</summary>
    private const char EchoMark = 'e';

    /// <summary>How long that answer is waited for.</summary>
    private const int ReturnMilliseconds = 1000;

    /// <summary>How often one that finds nothing says so.</summary>
    private const int HungryMilliseconds = 100;

    /// <summary>How long nobody reads here, while items lie unread, before a reader that finds nothing gets them.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the word that an item is settled is waited for before it is asked for again.</summary>
    private static readonly TimeSpan s_confirmation = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly RankedLock _sync = new(LockRank.Receiver);
    private readonly ServerClient _server;
    private readonly ChannelCourse _course;
    private readonly bool _isOwner;
    private readonly bool _isLeased;
    private readonly byte[] _id;
    private readonly string _pullSubject;
    private readonly ReaderWaiters _waiters;
    private readonly Queue<HeldItem> _unread = new(0);
    private readonly Dictionary<long, Holding> _held = [];
    private readonly Queue<long> _handedOut = new(0);
    private readonly SettledItems _settled;
    private readonly SortedSet<long> _returning = [];
    private readonly Outgoing _outgoing;
    private readonly PullSubscription _subscription;
    private readonly DeliveryOrder _order = new();
    private readonly OrderWatch _orderWatch;
    private readonly ITimer _renewal;
    private readonly ITimer _idle;
    private readonly CancellationTokenSource _stop = new();
    private ReadAheadPace _pace;
    private int _asked;
    private long _lastPull;
    private long _lastHeard;
    private long _taken;
    private long _takenWhenAsked;
    private long _lastHungry;
    private long _doubtedUpTo;
    private int _looking;
    private long _lastReturn;

    // What was sent to the server until then it has heard, and whatever comes from now on it has sent since then: an echo says so, in milliseconds.
    private long _heardAt;
    private bool _isAskedForUnread;
    private bool _isFullElsewhere;
    private bool _isWanted;
    private bool _isClosing;
    private Closure? _closure;
    private Task? _closed;

    /// <summary>An item that is the server's until it is told something.</summary>
    /// <param name="Subject">Where it is told.</param>
    /// <param name="Delivered">Which delivery it is, as the server counts.</param>
    /// <param name="Last">Its bytes, where it is not delivered again if it comes back, and goes to the dead letters.</param>
    /// <param name="IsNull">It has none.</param>
    private readonly record struct Holding(string Subject, int Delivered, Segment? Last, bool IsNull);

    public NatsReceiver(ServerClient server, ChannelCourse course, bool isOwner)
    {
        _server = server;
        _course = course;
        _isOwner = isOwner;
        _isLeased = course.Facts.IsLeased;
        string id = SpaceNames.NewId();
        _id = Encoding.ASCII.GetBytes(id);
        _pullSubject = $"{server.JetStream.Opts.Prefix}.CONSUMER.MSG.NEXT.{server.Names.Stream(course.Facts.Name)}.{SpaceNames.Consumer}";
        _pace = new ReadAheadPace(_isLeased ? server.Options.LeaseReadAhead : server.Options.ReadAhead);
        _waiters = new ReaderWaiters(_sync, isSingleReader: false);
        _outgoing = new Outgoing(_sync, server);
        var use = new PullUse(OnMessage, BreakLocked, PrepareAsync, BackLocked, _outgoing.Flush);
        _subscription = new PullSubscription(server, course.Facts.Name, $"{SpaceNames.Answers}.{server.Id}.r.{id}", _sync, use, _stop.Token);
        _settled = new SettledItems(_sync);
        _orderWatch = new OrderWatch(server, course.Facts, _sync, _order, OnOrderLooked, _stop.Token);
        TimeSpan renewal = course.Facts.LeaseTimeout / 3;
        _renewal = server.Clock.CreateTimer(static state => ((NatsReceiver)state!).Renew(), this, renewal, renewal);
        _idle = server.Clock.CreateTimer(static state => ((NatsReceiver)state!).GiveBackIfIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public RankedLock Sync => _sync;

    public Task Completion => _waiters.Completion;

    public Closure? Closure => Volatile.Read(ref _closure);

    public Ending? Ending
    {
        get
        {
            using (_sync.Enter())
                return _unread.Count == 0 ? _closure?.Ending : null;
        }
    }

    public int Count
    {
        get
        {
            int count;
            using (_sync.Enter())
            {
                ForgetIfLateLocked();
                count = _unread.Count;
                if (count == 0)
                    AskLocked(isWanted: true);
            }
            _outgoing.Flush();
            return count;
        }
    }

    bool ICourseEnd.IsReader => true;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _subscription.OpenAsync(cancellationToken).ConfigureAwait(false);
        using (_sync.Enter())
            _heardAt = Environment.TickCount64;
        await LookWhoServesAsync(cancellationToken).ConfigureAwait(false);
        _server.Add(this);
        _course.Add(this);
    }

    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge)
    {
        bool isClaimed = false;
        slice = default;
        tag = default;
        tooLarge = -1;
        using (_sync.Enter())
        {
            ForgetIfLateLocked();
            if (_unread.TryPeek(out HeldItem next))
            {
                if (next.Slice.Length > maxBytes)
                {
                    tooLarge = next.Slice.Length;
                    return false;
                }
                ClaimLocked(out slice, out tag);
                isClaimed = true;
            }
            AskLocked(isWanted: !isClaimed);
        }
        _outgoing.Flush();
        return isClaimed;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        bool isHere;
        slice = default;
        using (_sync.Enter())
        {
            ForgetIfLateLocked();
            isHere = _unread.TryPeek(out HeldItem next);
            if (isHere)
            {
                next.Segment?.Retain();
                slice = next.Slice;
            }
            else
            {
                // As a read that finds nothing: one that only peeks would never be sent an item.
                AskLocked(isWanted: true);
            }
        }
        _outgoing.Flush();
        return isHere;
    }

    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            ForgetIfLateLocked();
            closed = _closure;
            if (_unread.Count > 0 || closed is not null)
                return false;
            _waiters.Block(waiter, ref wake);
            AskLocked(isWanted: true);
            HungryLocked();
        }
        _outgoing.Flush();
        wake.Wake(inline: false);
        return true;
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        WakeList wake = default;
        Waiter waiter;
        short version;
        using (_sync.Enter())
        {
            ForgetIfLateLocked();
            if (_unread.Count > 0)
                return new ValueTask<bool>(true);
            if (_closure is { } closure)
                return closure.EndWaitAsync();
            waiter = _waiters.Wait(ref wake);
            version = waiter.Version;
            AskLocked(isWanted: true);
            HungryLocked();
        }
        _outgoing.Flush();
        wake.Wake(inline: false);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    public ValueTask CloseAsync(string? reason)
    {
        if (_isOwner)
            return new ValueTask(AbortAsync(reason));
        return new ValueTask(LeaveAsync(reason));
    }

    public void Close() => _ = CloseAsync(null).AsTask();

    public bool TrySettle(long sequence, bool isCompleted) => TrySettle(sequence, isCompleted ? Acknowledgement.Done : Acknowledgement.GivenBack) || ThrowIfClosed();

    public void Abandon(long sequence, bool isUnreadable = false) => TrySettle(sequence, isUnreadable ? Acknowledgement.GivenBackForLater : Acknowledgement.GivenBack);

    public bool TryComplete(long sequence, out Task confirmed)
    {
        confirmed = Task.CompletedTask;
        Holding held;
        using (_sync.Enter())
        {
            if (!_held.Remove(sequence, out held))
                return ThrowIfClosed();
            held.Last?.Release();
            _settled.Add(sequence, told: null);
            RoomLocked();
        }
        _outgoing.Flush();
        confirmed = ConfirmAsync(sequence, held.Subject);
        return true;
    }

    /// <summary>Completes the oldest lease that is open; false if none is.</summary>
    public bool TryCompleteOldest()
    {
        while (true)
        {
            long oldest;
            using (_sync.Enter())
            {
                if (!_handedOut.TryDequeue(out oldest))
                    return ThrowIfClosed();
            }
            if (TrySettle(oldest, Acknowledgement.Done))
                return true;
        }
    }

    void ICourseEnd.OnCourse(CourseRecord record)
    {
        if (record.Phase == CoursePhase.Over)
            End(record.ToReaderClosure(), drops: record.IsAborted);
    }

    void ICourseEnd.OnHint(CourseHint hint, ReadOnlySpan<byte> from)
    {
        using (_sync.Enter())
        {
            if (hint == CourseHint.Full)
                _isFullElsewhere = true;
            // What this reader says itself comes back to it.
            if (hint != CourseHint.Hungry || from.SequenceEqual(_id) || _isAskedForUnread || _unread.Count == 0)
                return;
            _isAskedForUnread = true;
            _takenWhenAsked = _taken;
        }
        _idle.Change(s_idle, Timeout.InfiniteTimeSpan);
    }

    Task IServerUser.ExitAsync() => LeaveAsync();

    void IServerUser.OnDisconnected() => _subscription.Break();

    void IServerUser.OnReconnected() => _ = _subscription.RecoverAsync();

    void IServerUser.OnLost(CrossChannelException error) => End(new Closure(new Ending(error.Kind, error), error), drops: false);

    private void BreakLocked(string? old)
    {
        _sync.AssertHeld();
        _asked = 0;
        // Not given back again: if the server has heard of it, another reader may have the item by now, and would lose it.
        _returning.Clear();
        DoubtLocked(old);
    }

    /// <summary>Nothing that was sent before comes over the next connection.</summary>
    private void BackLocked()
    {
        ForgetIfLateLocked();
        _heardAt = Environment.TickCount64;
        AskLocked(isWanted: false);
    }

    private async Task PrepareAsync()
    {
        await RepeatSettlementsAsync().ConfigureAwait(false);
        await LookWhoServesAsync(_stop.Token).ConfigureAwait(false);
    }

    /// <summary>Looks what another server may have delivered.</summary>
    private async Task LookWhoServesAsync(CancellationToken cancellationToken)
    {
        if (await RestartMarks.LookAsync(_server, _course.Facts.Name, cancellationToken).ConfigureAwait(false) is not { } record)
            return;
        using (_sync.Enter())
            _doubtedUpTo = Math.Max(_doubtedUpTo, record.Last);
    }

    /// <summary>Says again what is settled: the last of it may be lost with the connection, and would go to others.</summary>
    private async Task RepeatSettlementsAsync()
    {
        using (_sync.Enter())
        {
            foreach (string subject in _settled.Told)
                _outgoing.Add(subject, Acknowledgement.Done);
        }
        await _outgoing.FlushAsync(_stop.Token).ConfigureAwait(false);
    }

    /// <summary>Asks for nothing until it is known what another server may have delivered.</summary>
    private async Task LookForRestartAsync()
    {
        using (_sync.Enter())
            _looking++;
        try
        {
            await LookWhoServesAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Closed meanwhile.
        }
        catch (Exception e)
        {
            // The next sign of the server asks again; one that is given up tells this reader so.
            NatsLog.StepFailed(_server.Options.Logger, _course.Facts.Name, e.Message);
        }
        using (_sync.Enter())
        {
            _looking--;
            AskLocked(isWanted: false);
        }
        _outgoing.Flush();
    }

    private async Task ConfirmAsync(long sequence, string subject)
    {
        bool isAgain = false;
        await _server.AskAsync(
            async (_, token) =>
            {
                if (isAgain)
                    await AskForForgottenAsync(sequence, token).ConfigureAwait(false);
                isAgain = true;
                return await _server.Control.RequestAsync<byte[], byte[]>(
                    subject, Acknowledgement.Done, requestSerializer: NatsRawSerializer<byte[]>.Default, replySerializer: NatsRawSerializer<byte[]>.Default,
                    replyOpts: new NatsSubOpts { Timeout = s_confirmation }, cancellationToken: token).ConfigureAwait(false);
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// A server that was killed may have forgotten that it has delivered an item, and neither hears nor answers what settles it until it delivers it again, which nobody may ask for: whoever reads here
    /// may be the one who waits for that answer.
    /// </summary>
    private async Task AskForForgottenAsync(long sequence, CancellationToken cancellationToken)
    {
        if (await _server.FindConsumerAsync(_server.Names.Stream(_course.Facts.Name), cancellationToken).ConfigureAwait(false) is not { } info || (long)info.Delivered.StreamSeq >= sequence)
            return;
        using (_sync.Enter())
        {
            if (MayAskLocked && _asked == 0)
                PullLocked(1);
        }
        _outgoing.Flush();
    }

    private bool TrySettle(long sequence, byte[] how)
    {
        Holding held;
        bool isDone = ReferenceEquals(how, Acknowledgement.Done), isDead;
        using (_sync.Enter())
        {
            if (!_held.Remove(sequence, out held))
                return false;
            isDead = !isDone && _course.Facts.MaxDeliveries <= held.Delivered;
            if (!isDead)
                held.Last?.Release();
            if (isDone)
            {
                _outgoing.Add(held.Subject, how);
                _settled.Add(sequence, held.Subject);
            }
            else if (!isDead)
            {
                ReturnLocked(sequence, held.Subject, how);
            }
            RoomLocked();
        }
        _outgoing.Flush();
        if (isDead)
            _ = PutToDeadLettersAsync(held.Subject, new DeliveryNumbers(held.Delivered + 1, sequence, Delivery: 0), held.Last, held.IsNull);
        return true;
    }

    private bool ThrowIfClosed()
    {
        Closure? closure = Closure;
        return closure is null ? false : throw closure.ForItem();
    }

    private void ClaimLocked(out ItemSlice slice, out DeliveryTag tag)
    {
        _sync.AssertHeld();
        HeldItem item = _unread.Dequeue();
        slice = item.Slice;
        tag = new DeliveryTag(item.Sequence, item.Deliveries);
        _pace.Took();
        _taken++;
        if (_isLeased)
        {
            _handedOut.Enqueue(item.Sequence);
            // Those that were settled by themselves stay in line until they come first.
            while (_handedOut.TryPeek(out long first) && !_held.ContainsKey(first))
                _handedOut.Dequeue();
            return;
        }
        if (_held.Remove(item.Sequence, out Holding held))
            _outgoing.Add(held.Subject, Acknowledgement.Done);
        _settled.Add(item.Sequence, held.Subject);
        RoomLocked();
    }

    /// <summary>Tells writers that wait that there is room, once for each time that they asked.</summary>
    private void RoomLocked()
    {
        _sync.AssertHeld();
        if (!_isFullElsewhere)
            return;
        _isFullElsewhere = false;
        _outgoing.Add(_server.Names.Room(_course.Facts.Name), []);
    }

    private bool MayAskLocked => !_isClosing && _closure is null && !_subscription.IsAway && _looking == 0 && _returning.Count == 0;

    /// <summary>Asks for what is wanted: one item for each that waits, and what is taken soon.</summary>
    /// <param name="isWanted">Somebody has just found nothing.</param>
    private void AskLocked(bool isWanted)
    {
        _sync.AssertHeld();
        if (!MayAskLocked)
            return;
        if (_order.EarlyCount > 0)
        {
            // What is missing comes before all others when the server has it again; until then each that is asked for is one more that comes too early.
            _isWanted |= isWanted;
            return;
        }
        int wanted = Math.Max(_waiters.Wanted, isWanted ? 1 : 0);
        // Of leases it asks for one that somebody waits for, unless it may hold more.
        if (!_isLeased || _server.Options.LeaseReadAhead > 1)
            wanted = Math.Max(wanted, _pace.Target > 1 ? _pace.Target : wanted);
        int here = _unread.Count + _asked;
        if (here >= wanted || (here > wanted / 2 && !(isWanted && here == 0)))
            return;
        PullLocked(wanted - here);
    }

    private void PullLocked(int count)
    {
        _sync.AssertHeld();
        _asked += count;
        _lastHeard = Environment.TickCount64;
        _outgoing.Add(_pullSubject, PullRequest.Of(count), _subscription.SubjectOf((++_lastPull).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Nothing is here: another reader may have more than it reads.</summary>
    private void HungryLocked()
    {
        _sync.AssertHeld();
        long now = Environment.TickCount64;
        if (now - _lastHungry < HungryMilliseconds)
            return;
        _lastHungry = now;
        _outgoing.Add(_server.Names.Hungry(_course.Facts.Name), _id);
    }

    /// <summary>Another reader finds nothing: gives it what lies here, unless somebody reads here.</summary>
    private void GiveBackIfIdle()
    {
        using (_sync.Enter())
        {
            _isAskedForUnread = false;
            if (_taken == _takenWhenAsked)
                GiveUnreadBackLocked();
        }
        _outgoing.Flush();
    }

    private void GiveUnreadBackLocked()
    {
        _sync.AssertHeld();
        ForgetIfLateLocked();
        while (TryDropLocked(out HeldItem item))
        {
            if (!_held.Remove(item.Sequence, out Holding held))
                continue;
            held.Last?.Release();
            ReturnLocked(item.Sequence, held.Subject, Acknowledgement.GivenBack);
        }
    }

    /// <summary>This process has stood still, or its connection is held up, for nearly as long as the server leaves items to a reader: others may have what is here, and what comes.</summary>
    private bool IsLateLocked
    {
        get
        {
            _sync.AssertHeld();
            return !_isLeased && Environment.TickCount64 - _heardAt > _course.Facts.LeaseTimeout.TotalMilliseconds * 3 / 4;
        }
    }

    /// <summary>
    /// Forgets what lies unread here once the server may have given it to others, or gives it here again. Given back, it would be taken from those. What is leased says so when it comes again.
    /// </summary>
    private void ForgetIfLateLocked()
    {
        _sync.AssertHeld();
        if (_closure is not null || _held.Count == 0 || !IsLateLocked)
            return;
        while (TryDropLocked(out HeldItem item))
        {
            _held.Remove(item.Sequence);
            _order.GivenBack(item.Sequence);
        }
        DoubtLocked();
    }

    /// <summary>Takes the next of what lies unread here, or has come too early, and gives its bytes up.</summary>
    private bool TryDropLocked(out HeldItem item, bool onlyEarly = false)
    {
        _sync.AssertHeld();
        if ((onlyEarly || !_unread.TryDequeue(out item)) && !_order.TryRemove(out item))
            return false;
        item.Segment?.Release();
        return true;
    }

    /// <summary>Gives an item back. What comes next is asked for when the server has taken it, or it would come behind what nobody has had.</summary>
    private void ReturnLocked(long sequence, string subject, byte[] how)
    {
        _sync.AssertHeld();
        _returning.Add(sequence);
        _order.GivenBack(sequence);
        _lastReturn = Environment.TickCount64;
        _outgoing.Add(subject, how, _subscription.SubjectOf(string.Create(CultureInfo.InvariantCulture, $"{ReturnMark}{sequence}")));
    }

    private void OnMessage(NatsMsg<Segment> message)
    {
        if (message.ReplyTo is { } reply && DeliveryNumbers.TryParse(reply, out DeliveryNumbers numbers))
            OnItem(message, reply, numbers);
        else
            OnStatus(message);
    }

    private void OnItem(in NatsMsg<Segment> message, string reply, DeliveryNumbers numbers)
    {
        bool isNull = message.Headers?.ContainsKey(NatsSender.NullHeader) == true;
        bool isAgain = message.Headers?.ContainsKey(NatsSender.AgainHeader) == true;
        Segment? segment = message.Data;
        if (segment is null && !isNull)
            segment = new Segment(1);
        if (_course.Facts.MaxDeliveries is { } most && numbers.Delivered > most)
        {
            using (_sync.Enter())
                _asked = Math.Max(0, _asked - 1);
            _ = PutToDeadLettersAsync(reply, numbers, segment, isNull);
            return;
        }
        WakeList wake = default;
        using (_sync.Enter())
        {
            _asked = Math.Max(0, _asked - 1);
            _lastHeard = Environment.TickCount64;
            ForgetIfLateLocked();
            if (_settled.Contains(numbers.Sequence))
            {
                segment?.Release();
                _outgoing.Add(reply, Acknowledgement.Done);
                _order.ArrivedAgain(numbers.Sequence);
                PassLocked(ref wake);
            }
            else if (_isClosing || _closure is not null)
            {
                segment?.Release();
                _outgoing.Add(reply, Acknowledgement.GivenBack);
            }
            else if (IsLateLocked)
            {
                // What comes next may be behind it.
                segment?.Release();
                _order.GivenBack(numbers.Sequence);
                DoubtLocked();
            }
            else if (_held.TryGetValue(numbers.Sequence, out Holding held))
            {
                // It came again while it is here: this process was silent for too long, and nobody else has it.
                segment?.Release();
                _held[numbers.Sequence] = held with { Subject = reply };
            }
            else if (!_isLeased && _returning.Count > 0 && numbers.Sequence > _returning.Min)
            {
                // It was on its way here when one before it went back: it goes back behind that one, or it would be read first.
                segment?.Release();
                ReturnLocked(numbers.Sequence, reply, Acknowledgement.GivenBack);
            }
            else
            {
                _returning.Remove(numbers.Sequence);
                bool isLast = _course.Facts.MaxDeliveries <= numbers.Delivered;
                if (isLast)
                    segment?.Retain();
                _held.Add(numbers.Sequence, new Holding(reply, numbers.Delivered, isLast ? segment : null, isNull));
                var item = new HeldItem(numbers.Sequence, numbers.Delivered - 1 + (isAgain ? 1 : 0) + (numbers.Sequence <= _doubtedUpTo ? 1 : 0), segment, isNull);
                if (_order.Arrived(item))
                {
                    _unread.Enqueue(item);
                    PassLocked(ref wake);
                }
                else
                {
                    _orderWatch.ArrivedEarly();
                }
            }
            AskLocked(isWanted: false);
        }
        _outgoing.Flush();
        wake.Wake(inline: false);
    }

    /// <summary>From now on, what comes may be behind something that is missing. A lease is not waited for: it comes again behind others, and says so.</summary>
    /// <param name="old">A subject under which this reader asked.</param>
    private void DoubtLocked(string? old = null)
    {
        _sync.AssertHeld();
        if (!_isLeased && _closure is null)
            _orderWatch.Doubt(old);
    }

    /// <summary>More may be known of what came too early. What is missing is asked for one by one: it comes before all others as soon as the server has it again, and until then something else does.</summary>
    private void OnOrderLooked()
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            PassLocked(ref wake);
            _isWanted |= _waiters.IsAnyWaiting;
            if (_order.EarlyCount == 0)
            {
                AskLocked(isWanted: false);
            }
            else if (_isWanted && MayAskLocked)
            {
                _isWanted = false;
                if (_asked == 0)
                    PullLocked(1);
                HungryLocked();
            }
        }
        _outgoing.Flush();
        wake.Wake(inline: false);
    }

    /// <summary>Hands over what has come, and what had come too early and no longer has.</summary>
    private void PassLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        while (_order.TryPass(out HeldItem item))
            _unread.Enqueue(item);
        HandOverLocked(ref wake);
    }

    private void HandOverLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        while (!_waiters.IsNoneBlocked && _unread.Count > 0)
        {
            ReadWaiter first = _waiters.NextBlocked();
            ClaimLocked(out ItemSlice slice, out DeliveryTag tag);
            first.Item = slice;
            first.Tag = tag;
            first.Decide(true);
            wake.Add(first);
        }
        if (_unread.Count > 0)
            _waiters.WakeWaiting(ref wake);
    }

    /// <summary>A request has come to its end, or lives.</summary>
    private void OnStatus(in NatsMsg<Segment> message)
    {
        message.Data?.Release();
        ReadOnlySpan<char> asked = message.Subject.AsSpan(message.Subject.LastIndexOf('.') + 1);
        if (asked is [EchoMark, ..])
        {
            using (_sync.Enter())
            {
                ForgetIfLateLocked();
                if (long.TryParse(asked[1..], NumberStyles.None, CultureInfo.InvariantCulture, out long heard))
                    _heardAt = Math.Max(_heardAt, heard);
            }
            return;
        }
        if (asked is [ReturnMark, ..])
        {
            using (_sync.Enter())
            {
                if (long.TryParse(asked[1..], NumberStyles.None, CultureInfo.InvariantCulture, out long returned))
                    _returning.Remove(returned);
                AskLocked(isWanted: false);
            }
            _outgoing.Flush();
            return;
        }
        int code = message.Headers?.Code ?? 0;
        using (_sync.Enter())
        {
            _lastHeard = Environment.TickCount64;
            if (code == 100)
                return;
            if (code is 503 or 409)
                DoubtLocked();
            // 408 tells how many items of that request did not come; any other status ends all that is known of it.
            int pending = message.Headers?.TryGetLastValue("Nats-Pending-Messages", out string? text) == true
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : _asked;
            _asked = Math.Max(0, _asked - pending);
        }
        if (code is 503 or 409 || message.HasNoResponders)
        {
            // Nobody serves it: an election, a restart, or the channel is gone.
            _ = LookAsync();
            return;
        }
        using (_sync.Enter())
            AskLocked(isWanted: false);
        _outgoing.Flush();
    }

    private async Task LookAsync()
    {
        try
        {
            await _course.LookAsync(_stop.Token).ConfigureAwait(false);
            await LookForRestartAsync().ConfigureAwait(false);
            await Task.Delay(s_pause, _server.Clock, _stop.Token).ConfigureAwait(false);
            using (_sync.Enter())
                AskLocked(isWanted: false);
            _outgoing.Flush();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Closed meanwhile.
        }
        catch (Exception e)
        {
            // The next sign of the server asks again; one that is given up tells this reader so.
            NatsLog.StepFailed(_server.Options.Logger, _course.Facts.Name, e.Message);
        }
    }

    /// <summary>Holds on to what is here; and asks again if the server has been silent.</summary>
    private void Renew()
    {
        bool isSilent = false;
        using (_sync.Enter())
        {
            ForgetIfLateLocked();
            foreach (Holding held in _held.Values)
                _outgoing.Add(held.Subject, Acknowledgement.Renewed);
            if (!_isLeased && _closure is null && !_subscription.IsAway)
                _outgoing.Add(_subscription.SubjectOf(string.Create(CultureInfo.InvariantCulture, $"{EchoMark}{Environment.TickCount64}")), []);
            if (_waiters.IsAnyWaiting && _unread.Count == 0)
                HungryLocked();
            if (_returning.Count > 0 && Environment.TickCount64 - _lastReturn > ReturnMilliseconds)
            {
                // The answer is lost, or late: what is given back may come behind others.
                _returning.Clear();
                DoubtLocked();
                AskLocked(isWanted: false);
            }
            if (_asked > 0 && Environment.TickCount64 - _lastHeard > 2 * PullRequest.Heartbeat.TotalMilliseconds)
            {
                _asked = 0;
                DoubtLocked();
                isSilent = true;
            }
        }
        _outgoing.Flush();
        if (isSilent)
            _ = LookForRestartAsync();
    }

    private async Task PutToDeadLettersAsync(string reply, DeliveryNumbers numbers, Segment? segment, bool isNull)
    {
        await DeadLetters.PutAsync(_server, _course.Facts, reply, numbers, segment, isNull, _stop.Token).ConfigureAwait(false);
        using (_sync.Enter())
            AskLocked(isWanted: false);
        _outgoing.Flush();
    }

    private async Task AbortAsync(string? reason)
    {
        if (Closure is null)
            await _course.AbortAsync(reason ?? "Its reader was closed.", _server.Stopping).ConfigureAwait(false);
        await LeaveAsync(reason).ConfigureAwait(false);
    }

    /// <summary>Closes this end alone, also where it is the owner's, and gives back what is unread or leased. Never throws.</summary>
    public Task LeaveAsync(string? reason = null)
    {
        var error = new ReaderClosedException("this end", reason);
        WakeList wake = default;
        Task closed;
        using (_sync.Enter())
        {
            _isClosing = true;
            bool wasOpen = _closure is null;
            if (wasOpen)
                Volatile.Write(ref _closure, new Closure(new Ending(EndingKind.ReaderClosed, error), error));
            GiveUnreadBackLocked();
            foreach (Holding held in _held.Values)
                _outgoing.Add(held.Subject, Acknowledgement.GivenBack);
            ForgetLocked();
            _order.Forget();
            if (wasOpen)
                _waiters.End(_closure!, ref wake);
            closed = _closed ??= CloseCoreAsync();
        }
        _outgoing.Flush();
        wake.Wake(inline: false);
        return closed;
    }

    private async Task CloseCoreAsync()
    {
        await Task.Yield();
        await _renewal.DisposeAsync().ConfigureAwait(false);
        await _idle.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            using var deadline = new CancellationTokenSource(_server.Options.CloseTimeout, _server.Clock);
            // Everything that the server had sent before it heard of this has come then, and is given back.
            await _subscription.DrainAsync(deadline.Token).ConfigureAwait(false);
            await _outgoing.FlushAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NatsLog.NotGivenBack(_server.Options.Logger, _course.Facts.Name, e.Message);
        }
        _server.Remove(this);
        _course.Remove(this);
    }

    private void ForgetLocked()
    {
        _sync.AssertHeld();
        foreach (Holding held in _held.Values)
            held.Last?.Release();
        _held.Clear();
    }

    /// <summary>The channel is over, or the server was given up.</summary>
    /// <param name="closure">What that means here.</param>
    /// <param name="drops">What is unread is dropped.</param>
    private void End(Closure closure, bool drops)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            if (_closure is not null)
                return;
            Volatile.Write(ref _closure, closure);
            ForgetLocked();
            while (TryDropLocked(out _, onlyEarly: !drops))
            {
                // Nothing else is to be done with it.
            }
            _order.Forget();
            _waiters.End(closure, ref wake);
        }
        _ = _stop.CancelAsync();
        wake.Wake(inline: false);
    }
}
