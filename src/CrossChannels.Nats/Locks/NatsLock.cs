using System.Buffers.Text;
using System.Globalization;
using CrossChannels.Hub;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Server;
using CrossChannels.Threading;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Locks;

/// <summary>
/// Holds of a lock on a server. Each claim puts a ticket into the lock's line; the oldest ticket that is left holds, and its number, which only rises, is the fencing token. Who waits looks
/// after the holder, and takes the ticket of one that is gone out of the line.
/// </summary>
/// <remarks>
/// A ticket that was accepted only because the line was empty holds without another question. So a holder that is gone leaves a mark in the line besides its record: where there is one, the
/// line is not empty, and whoever holds next looks.
/// </remarks>
internal sealed class NatsLock : LockSource, IServerUser
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly RankedLock _sync = new(LockRank.RemoteLock);
    private readonly ServerClient _server;
    private readonly string _name;
    private readonly string _subject;
    private readonly Dictionary<LockClaim, Ticket> _claims = [];
    private readonly CancellationTokenSource _stop;
    private INatsSub<byte[]>? _hints;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _tickets = Task.CompletedTask;
    private long _lastId;
    private Exception? _end;
    private ITimer? _check;
    private ITimer? _lose;
    private long _confirmed;

    // What this process has seen of the holder's beat, and since when it has been so.
    private (ulong Ticket, ulong Beat, long Since) _seenBeat;
    private ITimer? _away;

    public NatsLock(ServerClient server, string name)
    {
        _server = server;
        _name = name;
        _subject = server.Names.Lock(name);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping);
        Settings = new ConnectionOptions { Logger = server.Options.Logger, TimeProvider = server.Options.TimeProvider, CloseTimeout = server.Options.CloseTimeout };
    }

    public override ConnectionOptions Settings { get; }

    public override bool ClosesWhenLost => true;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _hints = await _server.Control.SubscribeCoreAsync(
            _server.Names.LockFreed(_name), serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
        _ = ListenAsync(_hints);
        _check = Settings.TimeProvider.CreateTimer(static state => _ = ((NatsLock)state!).CheckHeldAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _lose = Settings.TimeProvider.CreateTimer(static state => ((NatsLock)state!).LoseUnlessConfirmed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _server.Add(this);
    }

    public override LockClaim Ask(bool isTry)
    {
        LockClaim claim;
        using (_sync.Enter())
        {
            if (_end is { } end)
                throw end;
            claim = new LockClaim(++_lastId, isTry);
            _claims.Add(claim, default);
            // Tickets are taken in the order in which they were asked for.
            string id = SpaceNames.NewId();
            Task<Ticket?> ticket = TakeTicketAsync(_tickets, claim, id);
            _tickets = ticket;
            _ = AcquireAsync(claim, ticket, id);
        }
        return claim;
    }

    public override void Withdraw(LockClaim claim)
    {
        using (_sync.Enter())
        {
            if (claim.State is not (LockClaimState.Waiting or LockClaimState.Held))
                return;
            bool hasTicket = _claims.TryGetValue(claim, out Ticket ticket) && ticket.Number != 0;
            claim.Leave();
            // One whose ticket is on its way gives it back when it is there.
            if (hasTicket)
                _ = GiveBackAsync(claim, ticket.Number, isAbandoned: ticket.HasTakenMark);
        }
    }

    public override bool TryRelease(LockClaim claim) => TryLeave(claim, isAbandoned: false);

    public override bool TryAbandon(LockClaim claim) => TryLeave(claim, isAbandoned: true);

    public override async ValueTask CloseAsync(bool isLost)
    {
        List<Task> leaving = [];
        using (_sync.Enter())
        {
            var error = new ObjectDisposedException(nameof(CrossLock));
            _end ??= error;
            foreach ((LockClaim claim, Ticket ticket) in _claims.ToArray())
            {
                if (claim.State is LockClaimState.Waiting or LockClaimState.Held)
                {
                    bool wasHeld = claim.State == LockClaimState.Held;
                    claim.Fail(error);
                    if (ticket.Number != 0)
                        leaving.Add(GiveBackAsync(claim, ticket.Number, isAbandoned: wasHeld ? isLost : ticket.HasTakenMark));
                }
            }
            leaving.Add(_tickets);
        }
        try
        {
            await Task.WhenAll(leaving).WaitAsync(Settings.CloseTimeout, Settings.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NatsLog.LockNotGivenBack(Settings.Logger, _name, e.Message);
        }
        _server.Remove(this);
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (ITimer? timer in (ITimer?[])[_check, _lose, _away])
        {
            if (timer is not null)
                await timer.DisposeAsync().ConfigureAwait(false);
        }
        if (_hints is { } hints)
            await hints.DisposeAsync().ConfigureAwait(false);
    }

    Task IServerUser.ExitAsync() => CloseAsync(isLost: true).AsTask();

    void IServerUser.OnReconnected()
    {
        using (_sync.Enter())
        {
            _away?.Dispose();
            _away = null;
        }
        Wake();
    }

    void IServerUser.OnDisconnected()
    {
        TimeSpan grace = _server.Options.PresenceTimeout / 4;
        ITimer timer = Settings.TimeProvider.CreateTimer(static state => ((NatsLock)state!).LoseAll("the connection to the server was away for too long"), this, grace, Timeout.InfiniteTimeSpan);
        using (_sync.Enter())
        {
            if (_away is null)
            {
                _away = timer;
                return;
            }
        }
        timer.Dispose();
    }

    void IServerUser.OnLost(CrossChannelException error)
    {
        using (_sync.Enter())
        {
            _end ??= error;
            foreach (LockClaim claim in _claims.Keys)
                claim.Fail(error);
            _claims.Clear();
        }
    }

    private bool TryLeave(LockClaim claim, bool isAbandoned)
    {
        using (_sync.Enter())
        {
            if (claim.State != LockClaimState.Held)
                return false;
            claim.Leave();
            _ = GiveBackAsync(claim, _claims[claim].Number, isAbandoned);
        }
        return true;
    }

    private async Task ListenAsync(INatsSub<byte[]> hints)
    {
        await foreach (NatsMsg<byte[]> _ in hints.Msgs.ReadAllAsync().ConfigureAwait(false))
            Wake();
    }

    private void Wake()
    {
        TaskCompletionSource changed;
        using (_sync.Enter())
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.TrySetResult();
    }

    /// <returns>Null where the lock is not free, of one that only tries.</returns>
    private async Task<Ticket?> TakeTicketAsync(Task before, LockClaim claim, string id)
    {
        await Task.Yield();
        try
        {
            await before.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Its own claim hears of that.
        }
        byte[] text = new TicketRecord { Client = _server.Id, Id = id, Name = _server.DisplayName, ProcessId = Environment.ProcessId }.ToBytes();
        string message = $"{_server.Id}:{_name}:{id}";
        long asked = Settings.TimeProvider.GetTimestamp();
        // A free lock is taken by one message, which is refused if there is any ticket. Not given up when the lock is closed: a ticket that nobody knew of would keep all others out.
        ulong? number = await _server.WriteRecordAsync(_subject, text, 0, _server.Stopping, message).ConfigureAwait(false);
        bool isAlone = number is not null;
        if (number is null)
        {
            // The ticket that is there may be this one: where the server's word of it was lost the message was sent again, and a single server looks whether there is a ticket before it looks whether it
            // knows the message.
            number = claim.IsTry
                ? await TryAfterMarksAsync(text, id, message).ConfigureAwait(false)
                : await _server.WriteRecordAsync(_subject, text, null, _server.Stopping, message).ConfigureAwait(false);
        }
        if (number is not { } taken)
            return null;
        var ticket = new Ticket(taken) { AcceptedAlone = isAlone ? asked : null };
        bool isWanted;
        using (_sync.Enter())
        {
            isWanted = claim.State == LockClaimState.Waiting;
            if (_claims.ContainsKey(claim))
                _claims[claim] = ticket;
        }
        if (!isWanted)
            await GiveBackAsync(claim, taken, isAbandoned: false).ConfigureAwait(false);
        return ticket;
    }

    /// <summary>Takes a place in a line that is not empty, if nobody stands in it. Looks after who does, since of those that only try nobody waits.</summary>
    private async Task<ulong?> TryAfterMarksAsync(byte[] text, string id, string message)
    {
        while (true)
        {
            (StoredMessage? oldest, List<ulong> marks) = await FindOldestAsync(_server.Stopping).ConfigureAwait(false);
            if (oldest is not null)
            {
                if (IsOf(id, oldest))
                    return oldest.Seq;
                await LookAfterAsync(oldest).ConfigureAwait(false);
                return null;
            }
            // Refused if somebody stands there now, who may be this one, as above.
            if (await _server.WriteRecordAsync(_subject, text, marks is [.., var last] ? last : 0, _server.Stopping, message).ConfigureAwait(false) is { } number)
                return number;
        }
    }

    private async Task AcquireAsync(LockClaim claim, Task<Ticket?> taking, string id)
    {
        try
        {
            if (await taking.ConfigureAwait(false) is not { } ticket)
            {
                Finish(claim, new TimeoutException());
                return;
            }
            if (ticket.AcceptedAlone is { } asked && IsRecent(asked))
                Grant(claim, ticket, asked, wasAbandoned: false);
            else
                await WaitInLineAsync(claim, ticket, id).ConfigureAwait(false);
        }
        catch (LockLostException)
        {
            Finish(claim, new LinkTimeoutException($"Others found this process silent for too long while it waited for lock '{_name}', and took it out of the line. Acquire it again."));
        }
        catch (OperationCanceledException)
        {
            Finish(claim, new ObjectDisposedException(nameof(CrossLock)));
        }
        catch (Exception e)
        {
            Finish(claim, e is CrossChannelException or ObjectDisposedException ? e : new ConnectionLostException($"Lock '{_name}' could not be acquired: {e.Message}", e));
        }
    }

    /// <summary>Until no ticket is older, or the claim is withdrawn.</summary>
    private async Task WaitInLineAsync(LockClaim claim, Ticket ticket, string id)
    {
        bool wasAbandoned = false;
        bool isNext = false;
        long heard = Settings.TimeProvider.GetTimestamp();
        while (true)
        {
            Task changed;
            using (_sync.Enter())
            {
                if (claim.State != LockClaimState.Waiting)
                    return;
                changed = _changed.Task;
            }
            long asked = Settings.TimeProvider.GetTimestamp();
            if (isNext)
                await BeatAsync(ticket.Number, _stop.Token).ConfigureAwait(false);
            (StoredMessage? oldest, List<ulong> marks) = await FindOldestAsync(_stop.Token).ConfigureAwait(false);
            TimeSpan silence = Settings.TimeProvider.GetElapsedTime(heard, asked);
            heard = Settings.TimeProvider.GetTimestamp();
            // A server that is behind knows all tickets before one that it knows; it may show one that is gone, which makes this one wait.
            if (oldest?.Seq == ticket.Number)
            {
                // It may also be behind with this one, which others have taken out of the line: that is looked up once, and not each time that it waits.
                if (!isNext && _server.IsClustered)
                {
                    isNext = true;
                    continue;
                }
                // An answer that was on its way for long says little, and so does the first one after a silence: others may have taken this process for gone, and hold by now.
                if (silence > MostSilence)
                    continue;
                wasAbandoned |= IsRecent(asked) && await TakeMarksAsync(claim, marks).ConfigureAwait(false);
                if (!IsRecent(asked))
                    continue;
                Grant(claim, ticket, asked, wasAbandoned);
                return;
            }
            if (oldest is null || oldest.Seq > ticket.Number)
                throw new LockLostException();
            if (IsOf(id, oldest))
            {
                // The server has stored this one twice, after longer than it knows a message.
                await RemoveAsync(oldest.Seq, isAbandoned: false).ConfigureAwait(false);
                continue;
            }
            await LookAfterAsync(oldest).ConfigureAwait(false);
            try
            {
                await changed.WaitAsync(s_look, Settings.TimeProvider, _stop.Token).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The hint may be lost.
            }
        }
    }

    private void Grant(LockClaim claim, Ticket ticket, long asked, bool wasAbandoned)
    {
        using (_sync.Enter())
        {
            if (claim.State != LockClaimState.Waiting)
                return;
            claim.Grant((long)ticket.Number, wasAbandoned);
            Volatile.Write(ref _confirmed, asked);
        }
        TimeSpan period = _server.Options.PresenceTimeout / 4;
        _check!.Change(period, period);
        LoseLater();
    }

    /// <returns>The oldest ticket, and the marks before it.</returns>
    private async Task<(StoredMessage? Oldest, List<ulong> Marks)> FindOldestAsync(CancellationToken cancellationToken)
    {
        List<ulong> marks = [];
        ulong next = 1;
        while (true)
        {
            StoredMessage? found = await _server.FindMessageAsync(_server.Names.Locks, new StreamMsgGetRequest { Seq = next, NextBySubj = _subject }, cancellationToken).ConfigureAwait(false);
            if (found is null || TicketRecord.Read(found) is not { IsMark: true })
                return (found, marks);
            marks.Add(found.Seq);
            next = found.Seq + 1;
        }
    }

    /// <summary>After which nobody takes a process for gone yet.</summary>
    private TimeSpan MostSilence => _server.Options.PresenceTimeout / 4;

    /// <summary>Whether what was asked then still holds, as nobody takes this process for gone so soon.</summary>
    private bool IsRecent(long asked) => Settings.TimeProvider.GetElapsedTime(asked) <= MostSilence;

    private void Finish(LockClaim claim, Exception error)
    {
        using (_sync.Enter())
        {
            _claims.Remove(claim);
            if (claim.State == LockClaimState.Leaving)
                claim.Done();
            else
                claim.Fail(error);
        }
    }

    /// <summary>Whether a ticket was taken for a claim.</summary>
    private static bool IsOf(string id, StoredMessage ticket) => TicketRecord.Read(ticket)?.Id == id;

    /// <summary>Takes the ticket of a holder, or of one that waits before this one, out of the line when its process is gone.</summary>
    private async Task LookAfterAsync(StoredMessage oldest)
    {
        // For one that was not written by this library nobody answers, and only who wrote it takes it away.
        if (TicketRecord.Read(oldest) is not { } ticket)
            return;
        bool isBeating = await IsBeatingAsync(oldest.Seq).ConfigureAwait(false);
        if (!await _server.Clients.IsGoneAsync(ticket.Client, _stop.Token).ConfigureAwait(false) || isBeating)
            return;
        NatsLog.HolderGone(Settings.Logger, _name, ticket.Name, oldest.Seq);
        await RemoveAsync(oldest.Seq, isAbandoned: true).ConfigureAwait(false);
        Wake();
    }

    /// <summary>
    /// In a cluster: says that this process holds, also to those whose servers are cut off from its own, of whom none takes it for gone from then until PresenceTimeout has passed. What is read of the line
    /// after this is no older than this call, since a server that leads answers only when most of the others have taken note of it, and one that is cut off from them does not.
    /// </summary>
    private async ValueTask BeatAsync(ulong ticket, CancellationToken cancellationToken)
    {
        if (!_server.IsClustered)
            return;
        string beat = _server.Names.Beat(_name);
        await _server.WriteRecordAsync(beat, System.Text.Encoding.ASCII.GetBytes(ticket.ToString(CultureInfo.InvariantCulture)), null, cancellationToken).ConfigureAwait(false);
        await _server.AskAsync((js, token) => js.PurgeStreamAsync(_server.Names.Locks, new StreamPurgeRequest { Filter = beat, Keep = 1 }, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a holder may have said within PresenceTimeout that it holds. Counted from when this process saw what it said last.</summary>
    private async ValueTask<bool> IsBeatingAsync(ulong ticket)
    {
        if (!_server.IsClustered)
            return false;
        StoredMessage? beat = await _server.FindMessageAsync(_server.Names.Locks, new StreamMsgGetRequest { LastBySubj = _server.Names.Beat(_name) }, _stop.Token).ConfigureAwait(false);
        ulong number = beat?.Seq ?? 0;
        long now = Settings.TimeProvider.GetTimestamp();
        long since;
        using (_sync.Enter())
        {
            if (_seenBeat.Ticket != ticket || _seenBeat.Beat != number)
                _seenBeat = (ticket, number, now);
            since = _seenBeat.Since;
        }
        return Settings.TimeProvider.GetElapsedTime(since, now) < _server.Options.PresenceTimeout;
    }

    /// <summary>Takes away what says that the last holder left its ticket behind.</summary>
    /// <param name="claim">Holds next.</param>
    /// <param name="marks">Those in the line before it.</param>
    /// <returns>Whether it did.</returns>
    private async Task<bool> TakeMarksAsync(LockClaim claim, List<ulong> marks)
    {
        string subject = _server.Names.Abandoned(_name);
        StoredMessage? record = await _server.FindMessageAsync(_server.Names.State, new StreamMsgGetRequest { LastBySubj = subject }, _stop.Token).ConfigureAwait(false);
        if (record is not null)
        {
            using (_sync.Enter())
            {
                // Whoever withdraws from here on leaves a mark itself: nobody else would hear of the one that is taken.
                if (claim.State != LockClaimState.Waiting || !_claims.TryGetValue(claim, out Ticket ticket))
                    return false;
                _claims[claim] = ticket with { HasTakenMark = true };
            }
            await _server.AskAsync((js, token) => js.PurgeStreamAsync(_server.Names.State, new StreamPurgeRequest { Filter = subject }, token), _stop.Token).ConfigureAwait(false);
            if (Utf8Parser.TryParse(record.Data.Span, out ulong mark, out _) && !marks.Contains(mark))
                marks.Add(mark);
        }
        // After the record: a mark that is left over only has the next one look in vain.
        foreach (ulong mark in marks)
            await DeleteAsync(mark).ConfigureAwait(false);
        return record is not null;
    }

    private async Task GiveBackAsync(LockClaim claim, ulong ticket, bool isAbandoned)
    {
        await Task.Yield();
        Exception? error = null;
        try
        {
            await RemoveAsync(ticket, isAbandoned).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e is CrossChannelException or ObjectDisposedException ? e : new ConnectionLostException($"Lock '{_name}' was given back, and the server has not answered: {e.Message}", e);
        }
        using (_sync.Enter())
        {
            _claims.Remove(claim);
            if (claim.State != LockClaimState.Leaving)
                return;
            if (error is null)
                claim.Done();
            else
                claim.Fail(error);
        }
    }

    private async Task RemoveAsync(ulong ticket, bool isAbandoned)
    {
        if (isAbandoned)
        {
            // In this order, so that there is a record only while the line is not empty.
            ulong? mark = await _server.WriteRecordAsync(_subject, new TicketRecord { IsMark = true }.ToBytes(), null, _server.Stopping).ConfigureAwait(false);
            byte[] text = System.Text.Encoding.ASCII.GetBytes(mark.GetValueOrDefault().ToString(CultureInfo.InvariantCulture));
            await _server.WriteRecordAsync(_server.Names.Abandoned(_name), text, null, _server.Stopping).ConfigureAwait(false);
        }
        await DeleteAsync(ticket).ConfigureAwait(false);
        await _server.Control.PublishAsync(_server.Names.LockFreed(_name), cancellationToken: _server.Stopping).ConfigureAwait(false);
    }

    private async Task DeleteAsync(ulong number)
    {
        try
        {
            await _server.AskAsync((js, token) => js.DeleteMessageAsync(_server.Names.Locks, new StreamMsgDeleteRequest { Seq = number, NoErase = true }, token), _server.Stopping).ConfigureAwait(false);
        }
        catch (NatsJSApiException)
        {
            // It is gone already: others took it.
        }
    }

    /// <summary>Makes sure that what is held still is, before anybody else may think otherwise.</summary>
    private async Task CheckHeldAsync()
    {
        (LockClaim Claim, ulong Ticket)[] held;
        using (_sync.Enter())
            held = [.. _claims.Where(static claim => claim.Key.State == LockClaimState.Held).Select(static claim => (claim.Key, claim.Value.Number))];
        if (held.Length == 0)
            return;
        try
        {
            using var deadline = new CancellationTokenSource(_server.Options.PresenceTimeout / 4, Settings.TimeProvider);
            long asked = Settings.TimeProvider.GetTimestamp();
            await BeatAsync(held[0].Ticket, deadline.Token).ConfigureAwait(false);
            foreach ((LockClaim claim, ulong ticket) in held)
            {
                StoredMessage? there = await _server.FindMessageAsync(_server.Names.Locks, new StreamMsgGetRequest { Seq = ticket }, deadline.Token).ConfigureAwait(false);
                using (_sync.Enter())
                {
                    Volatile.Write(ref _confirmed, Math.Max(_confirmed, asked));
                    if (there is not null || claim.State != LockClaimState.Held)
                        continue;
                    _claims.Remove(claim);
                    claim.Fail(new LockLostException());
                }
            }
            LoseLater();
        }
        catch (Exception e)
        {
            NatsLog.LockNotConfirmed(Settings.Logger, _name, e.Message);
        }
    }

    /// <summary>How long a hold lasts without an answer. Others take its process for gone a quarter of PresenceTimeout later at the earliest.</summary>
    private TimeSpan MostUnconfirmed => _server.Options.PresenceTimeout * 3 / 4;

    private TimeSpan LeftUnconfirmed => MostUnconfirmed - Settings.TimeProvider.GetElapsedTime(Volatile.Read(ref _confirmed));

    private void LoseLater()
    {
        TimeSpan left = LeftUnconfirmed;
        _lose!.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void LoseUnlessConfirmed()
    {
        // A timer may be early, or may have been set before the last answer.
        if (LeftUnconfirmed > TimeSpan.Zero)
            LoseLater();
        else
            LoseAll("the server has not answered for too long");
    }

    /// <summary>What is held is so no longer, as far as this process can know; the tickets are given back if the server still has them.</summary>
    private void LoseAll(string why)
    {
        List<ulong> lost = [];
        using (_sync.Enter())
        {
            foreach ((LockClaim claim, Ticket ticket) in _claims.ToArray())
            {
                if (claim.State != LockClaimState.Held)
                    continue;
                lost.Add(ticket.Number);
                claim.Fail(new LockLostException());
                _ = GiveBackAsync(claim, ticket.Number, isAbandoned: true);
            }
        }
        foreach (ulong ticket in lost)
            NatsLog.LockLost(Settings.Logger, _name, ticket, why);
    }

    private sealed class LockLostException : Exception;

    /// <summary>A place in the line.</summary>
    /// <param name="Number">0 while it is on its way.</param>
    private readonly record struct Ticket(ulong Number)
    {
        /// <summary>When it was asked for, if it was accepted because the line was empty.</summary>
        public long? AcceptedAlone { get; init; }

        /// <summary>This one has taken away the mark of one that was gone, and its program has not heard of that.</summary>
        public bool HasTakenMark { get; init; }
    }
}
