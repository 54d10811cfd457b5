using System.Globalization;
using System.Text.Json;
using CrossChannels.Hub;
using CrossChannels.Nats.Completion;
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
internal sealed class NatsLock : LockSource, IServerUser
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly RankedLock _sync = new(LockRank.RemoteLock);
    private readonly ServerClient _server;
    private readonly string _name;
    private readonly string _subject;
    private readonly Dictionary<LockClaim, ulong> _claims = [];
    private readonly CancellationTokenSource _stop;
    private INatsSub<byte[]>? _hints;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _tickets = Task.CompletedTask;
    private long _lastId;
    private Exception? _end;
    private ITimer? _check;
    private long _confirmed;
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
            _claims.Add(claim, 0);
            // Tickets are taken in the order in which they were asked for.
            string id = SpaceNames.NewId();
            Task<ulong?> ticket = TakeTicketAsync(_tickets, claim, id);
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
            bool hasTicket = _claims.TryGetValue(claim, out ulong ticket) && ticket != 0;
            claim.Leave();
            // One whose ticket is on its way gives it back when it is there.
            if (hasTicket)
                _ = GiveBackAsync(claim, ticket, isAbandoned: false);
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
            foreach ((LockClaim claim, ulong ticket) in _claims.ToArray())
            {
                if (claim.State is LockClaimState.Waiting or LockClaimState.Held)
                {
                    bool wasHeld = claim.State == LockClaimState.Held;
                    claim.Fail(error);
                    if (ticket != 0)
                        leaving.Add(GiveBackAsync(claim, ticket, isAbandoned: isLost && wasHeld));
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
        foreach (ITimer? timer in (ITimer?[])[_check, _away])
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
            _ = GiveBackAsync(claim, _claims[claim], isAbandoned);
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
    private async Task<ulong?> TakeTicketAsync(Task before, LockClaim claim, string id)
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
        var record = new TicketRecord { Client = _server.Id, Id = id, Name = _server.DisplayName, ProcessId = Environment.ProcessId };
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(record, NatsJson.Default.TicketRecord);
        string message = $"{_server.Id}:{_name}:{id}";
        // A free lock is taken by one message, which is refused if there is any ticket. Not given up when the lock is closed: a ticket that nobody knew of would keep all others out.
        ulong? ticket = await _server.WriteRecordAsync(_subject, text, 0, _server.Stopping, message).ConfigureAwait(false);
        if (ticket is null)
        {
            // The ticket that is there may be this one: where the server's word of it was lost the message was sent again, and a single server looks whether there is a ticket before it looks whether it
            // knows the message.
            ticket = claim.IsTry
                ? await FindOldestAsync(_server.Stopping).ConfigureAwait(false) is { } oldest && IsOf(id, oldest) ? oldest.Seq : null
                : await _server.WriteRecordAsync(_subject, text, null, _server.Stopping, message).ConfigureAwait(false);
        }
        bool isWanted = true;
        using (_sync.Enter())
        {
            if (ticket is { } number)
            {
                isWanted = claim.State == LockClaimState.Waiting;
                if (_claims.ContainsKey(claim))
                    _claims[claim] = number;
            }
        }
        if (!isWanted)
            await GiveBackAsync(claim, ticket!.Value, isAbandoned: false).ConfigureAwait(false);
        return ticket;
    }

    private async Task AcquireAsync(LockClaim claim, Task<ulong?> taking, string id)
    {
        try
        {
            if (await taking.ConfigureAwait(false) is not { } ticket)
            {
                Finish(claim, new TimeoutException());
                return;
            }
            bool wasAbandoned = false;
            long asked, heard = Settings.TimeProvider.GetTimestamp();
            while (true)
            {
                Task changed;
                using (_sync.Enter())
                {
                    if (claim.State != LockClaimState.Waiting)
                        return;
                    changed = _changed.Task;
                }
                asked = Settings.TimeProvider.GetTimestamp();
                StoredMessage? oldest = await FindOldestAsync(_stop.Token).ConfigureAwait(false);
                TimeSpan silence = Settings.TimeProvider.GetElapsedTime(heard, asked);
                heard = Settings.TimeProvider.GetTimestamp();
                // A server that is behind knows all tickets before one that it knows; it may show one that is gone, which makes this one wait.
                if (oldest?.Seq == ticket)
                {
                    // An answer that was on its way for long says little, and so does the first one after a silence: others may have taken this process for gone, and hold by now.
                    if (silence > MostSilence)
                        continue;
                    wasAbandoned |= IsRecent(asked) && await TakeAbandonedAsync().ConfigureAwait(false);
                    if (IsRecent(asked))
                        break;
                    continue;
                }
                if (oldest is null || oldest.Seq > ticket)
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
            using (_sync.Enter())
            {
                if (claim.State != LockClaimState.Waiting)
                    return;
                claim.Grant((long)ticket, wasAbandoned);
                _confirmed = asked;
                TimeSpan period = _server.Options.PresenceTimeout / 4;
                _check ??= Settings.TimeProvider.CreateTimer(static state => _ = ((NatsLock)state!).CheckHeldAsync(), this, period, period);
            }
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

    private Task<StoredMessage?> FindOldestAsync(CancellationToken cancellationToken) =>
        _server.FindMessageAsync(_server.Names.Locks, new StreamMsgGetRequest { Seq = 1, NextBySubj = _subject }, cancellationToken);

    /// <summary>Whether a ticket was taken for a claim.</summary>
    private static bool IsOf(string id, StoredMessage ticket) => NatsJson.Read(ticket.Data.Span, NatsJson.Default.TicketRecord)?.Id == id;

    /// <summary>Takes the ticket of a holder, or of one that waits before this one, out of the line when its process is gone.</summary>
    private async Task LookAfterAsync(StoredMessage oldest)
    {
        // For one that was not written by this library nobody answers, and only who wrote it takes it away.
        if (NatsJson.Read(oldest.Data.Span, NatsJson.Default.TicketRecord) is not { } ticket || !await _server.Clients.IsGoneAsync(ticket.Client, _stop.Token).ConfigureAwait(false))
            return;
        NatsLog.HolderGone(Settings.Logger, _name, ticket.Name, oldest.Seq);
        await RemoveAsync(oldest.Seq, isAbandoned: true).ConfigureAwait(false);
        Wake();
    }

    /// <summary>Whether the last holder left its ticket behind; asked and cleared by whoever holds next.</summary>
    private async Task<bool> TakeAbandonedAsync()
    {
        string subject = _server.Names.Abandoned(_name);
        StoredMessage? mark = await _server.FindMessageAsync(_server.Names.State, new StreamMsgGetRequest { LastBySubj = subject }, _stop.Token).ConfigureAwait(false);
        if (mark is null)
            return false;
        await _server.AskAsync((js, token) => js.PurgeStreamAsync(_server.Names.State, new StreamPurgeRequest { Filter = subject }, token), _stop.Token).ConfigureAwait(false);
        return true;
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
            byte[] mark = System.Text.Encoding.ASCII.GetBytes(ticket.ToString(CultureInfo.InvariantCulture));
            await _server.WriteRecordAsync(_server.Names.Abandoned(_name), mark, null, _server.Stopping).ConfigureAwait(false);
        }
        try
        {
            await _server.AskAsync((js, token) => js.DeleteMessageAsync(_server.Names.Locks, new StreamMsgDeleteRequest { Seq = ticket, NoErase = true }, token), _server.Stopping).ConfigureAwait(false);
        }
        catch (NatsJSApiException)
        {
            // It is gone already: others took it.
        }
        await _server.Control.PublishAsync(_server.Names.LockFreed(_name), cancellationToken: _server.Stopping).ConfigureAwait(false);
    }

    /// <summary>Makes sure that what is held still is, before anybody else may think otherwise.</summary>
    private async Task CheckHeldAsync()
    {
        (LockClaim Claim, ulong Ticket)[] held;
        using (_sync.Enter())
            held = [.. _claims.Where(static claim => claim.Key.State == LockClaimState.Held).Select(static claim => (claim.Key, claim.Value))];
        if (held.Length == 0)
            return;
        TimeSpan timeout = _server.Options.PresenceTimeout;
        if (Settings.TimeProvider.GetElapsedTime(_confirmed) > timeout * 3 / 4)
        {
            LoseAll("the server has not answered for too long");
            return;
        }
        try
        {
            using var deadline = new CancellationTokenSource(timeout / 4, Settings.TimeProvider);
            foreach ((LockClaim claim, ulong ticket) in held)
            {
                long asked = Settings.TimeProvider.GetTimestamp();
                StoredMessage? there = await _server.FindMessageAsync(_server.Names.Locks, new StreamMsgGetRequest { Seq = ticket }, deadline.Token).ConfigureAwait(false);
                using (_sync.Enter())
                {
                    _confirmed = Math.Max(_confirmed, asked);
                    if (there is not null || claim.State != LockClaimState.Held)
                        continue;
                    _claims.Remove(claim);
                    claim.Fail(new LockLostException());
                }
            }
        }
        catch (Exception e)
        {
            NatsLog.LockNotConfirmed(Settings.Logger, _name, e.Message);
        }
    }

    /// <summary>What is held is so no longer, as far as this process can know; the tickets are given back if the server still has them.</summary>
    private void LoseAll(string why)
    {
        using (_sync.Enter())
        {
            foreach ((LockClaim claim, ulong ticket) in _claims.ToArray())
            {
                if (claim.State != LockClaimState.Held)
                    continue;
                NatsLog.LockLost(Settings.Logger, _name, ticket, why);
                claim.Fail(new LockLostException());
                _ = GiveBackAsync(claim, ticket, isAbandoned: true);
            }
        }
    }

    private sealed class LockLostException : Exception;
}

/// <summary>One place in the line of a lock.</summary>
internal sealed record TicketRecord
{
    /// <summary>The process that waits, or holds.</summary>
    public string Client { get; init; } = "";

    /// <summary>The claim, among all of the space.</summary>
    public string Id { get; init; } = "";

    /// <summary>How messages name it.</summary>
    public string Name { get; init; } = "";

    public int ProcessId { get; init; }

    /// <summary>Reads the line of a lock.</summary>
    public static async Task<LockStatus> GetStatusAsync(ServerClient server, string name, CancellationToken cancellationToken)
    {
        string subject = server.Names.Lock(name);
        List<PeerStatus> line = [];
        ulong first = 0;
        for (ulong next = 1; ;)
        {
            StoredMessage? stored = await server.FindMessageAsync(server.Names.Locks, new StreamMsgGetRequest { Seq = next, NextBySubj = subject }, cancellationToken).ConfigureAwait(false);
            if (stored is null)
                break;
            first = line.Count == 0 ? stored.Seq : first;
            next = stored.Seq + 1;
            TicketRecord ticket = NatsJson.Read(stored.Data.Span, NatsJson.Default.TicketRecord) ?? new TicketRecord();
            line.Add(new PeerStatus(ticket.Name, ticket.ProcessId == 0 ? null : ticket.ProcessId, PeerRole.Lock)
            {
                Since = stored.Time,
                WaitsFor = line.Count == 0 ? PeerWait.Nothing : PeerWait.Lock,
            });
        }
        StoredMessage? mark = await server.FindMessageAsync(server.Names.State, new StreamMsgGetRequest { LastBySubj = server.Names.Abandoned(name) }, cancellationToken).ConfigureAwait(false);
        return new LockStatus(name)
        {
            Holder = line.Count == 0 ? null : line[0],
            FencingToken = (long)first,
            IsAbandoned = mark is not null,
            Waiters = line.Count == 0 ? [] : line[1..],
        };
    }
}
