using System.Globalization;
using System.Text.Json;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Server;
using CrossChannels.Protocol;
using CrossChannels.Threading;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Completion;

/// <summary>
/// One channel, as this process follows it to its end: who decides that, the fence behind which nothing enters, and when nothing is left. Any process that has an end of the channel
/// takes the next step, by a record that only who has read its last version changes; so none is needed for it.
/// </summary>
#pragma warning disable CA1001 // Neither its source nor its semaphore has a timer or a handle: there is nothing to dispose.
internal sealed class ChannelCourse(ServerClient server, ChannelFacts facts)
#pragma warning restore CA1001
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_count = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromMilliseconds(250);

    private readonly RankedLock _sync = new(LockRank.HubChannel);
    private readonly List<ICourseEnd> _ends = [];
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping);
    private readonly SemaphoreSlim _looking = new(1, 1);
    private CourseRecord _record = new() { Epoch = facts.Epoch };
    private ulong _revision;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private INatsSub<byte[]>? _hints;
    private bool _isFollowing;

    public ChannelFacts Facts => facts;

    /// <summary>Nothing is left of it.</summary>
    public bool IsOver
    {
        get
        {
            using (_sync.Enter())
                return _record.Phase == CoursePhase.Over;
        }
    }

    private bool HasReaders
    {
        get
        {
            using (_sync.Enter())
                return _ends.Exists(static end => end.IsReader);
        }
    }

    /// <summary>Reads how far the channel is, and follows it from then on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string all = server.Names.Changed(facts.Name).Replace(".changed.", ".*.", StringComparison.Ordinal);
        _hints = await server.Control.SubscribeCoreAsync(all, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
        _ = ListenAsync(_hints);
        await LookAsync(cancellationToken).ConfigureAwait(false);
        _isFollowing = true;
        _ = FollowAsync();
    }

    public void Add(ICourseEnd end)
    {
        CourseRecord record;
        using (_sync.Enter())
        {
            _ends.Add(end);
            record = _record;
        }
        if (record.Phase != CoursePhase.Open)
            end.OnCourse(record);
    }

    /// <summary>An end is closed; when none is left nobody here follows the channel.</summary>
    public void Remove(ICourseEnd end)
    {
        using (_sync.Enter())
        {
            if (!_ends.Remove(end) || _ends.Count > 0)
                return;
        }
        _ = StopAsync();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_hints is { } hints)
            await hints.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Reads how far the channel is now, and tells its ends.</summary>
    /// <returns>What the server says, which may be behind what was decided here.</returns>
    public async Task<CoursePhase> LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StoredMessage? stored = await server.FindMessageAsync(
                server.Names.State, new StreamMsgGetRequest { LastBySubj = server.Names.Course(facts.Name) }, cancellationToken).ConfigureAwait(false);
            CourseRecord? record = stored is null ? null : NatsJson.Read(stored.Data.Span, NatsJson.Default.CourseRecord);
            bool isThis = string.Equals(record?.Epoch, facts.Epoch, StringComparison.Ordinal);
            using (_sync.Enter())
                _revision = stored?.Seq ?? 0;
            if (!isThis)
            {
                // Without a record of its own it is open, if it is there.
                record = await IsThereAsync(cancellationToken).ConfigureAwait(false) ? new CourseRecord { Epoch = facts.Epoch } : CourseRecord.Deleted(facts.Epoch);
            }
            Take(record!);
            return record!.Phase;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>Makes a writer known.</summary>
    public async Task JoinWritersAsync(string writer, CancellationToken cancellationToken)
    {
        var record = new WriterRecord { Epoch = facts.Epoch, Client = server.Id, Name = server.DisplayName, ProcessId = Environment.ProcessId };
        await server.WriteRecordAsync(
            server.Names.Writer(facts.Name, writer), JsonSerializer.SerializeToUtf8Bytes(record, NatsJson.Default.WriterRecord), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A writer sends nothing more.</summary>
    /// <param name="writer">Which one.</param>
    /// <param name="isKnown">Others know of it.</param>
    /// <param name="isOwner">It is that of who made the channel.</param>
    /// <param name="state">How it leaves.</param>
    /// <param name="error">With what it completed.</param>
    /// <param name="tells">False where the end was decided elsewhere.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task LeaveAsync(string writer, bool isKnown, bool isOwner, WriterState state, Exception? error, bool tells, CancellationToken cancellationToken)
    {
        bool counts = facts.Policy.Rule == CompletionRule.LastWriter && !isOwner;
        Reach(CourseStep.Flushed);
        if (counts && isKnown)
        {
            OutFrame frame = EndingMap.FrameOf(error, FrameType.Complete);
            var record = new WriterRecord
            {
                Epoch = facts.Epoch, Client = server.Id, Name = server.DisplayName, ProcessId = Environment.ProcessId, State = state,
                Outcome = (CompletionOutcome)frame.Code, TypeName = frame.TypeName, Message = frame.Text,
            };
            await server.WriteRecordAsync(
                server.Names.Writer(facts.Name, writer), JsonSerializer.SerializeToUtf8Bytes(record, NatsJson.Default.WriterRecord), null, cancellationToken).ConfigureAwait(false);
        }
        else if (isKnown && !isOwner)
        {
            await server.AskAsync(
                (js, token) => js.PurgeStreamAsync(server.Names.State, new StreamPurgeRequest { Filter = server.Names.Writer(facts.Name, writer) }, token), cancellationToken).ConfigureAwait(false);
        }
        Reach(CourseStep.WriterLeft);
        if (!tells)
            Wake();
        else if (counts)
            await CountAsync(cancellationToken).ConfigureAwait(false);
        else if (state == WriterState.Done && (isOwner || facts.Policy.Rule == CompletionRule.AnyWriter))
            await DecideAsync(new CourseRecord { Epoch = facts.Epoch, Phase = CoursePhase.Ending }.With(error), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the channel, unless that is decided: what is in it is read.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) =>
        DecideAsync(new CourseRecord { Epoch = facts.Epoch, Phase = CoursePhase.Ending }.With(null), cancellationToken);

    /// <summary>Ends the channel at once, with what is in it.</summary>
    public async Task AbortAsync(string? reason, CancellationToken cancellationToken)
    {
        if (IsOver)
            return;
        var record = new CourseRecord { Epoch = facts.Epoch, Phase = CoursePhase.Draining, IsAborted = true, Reason = reason };
        Take(record with { Phase = CoursePhase.Over });
        // Said before it is done: whoever follows the channel does the rest later if this process dies meanwhile, and nobody takes the emptied stream for one that was read.
        while (!await TryWriteAsync(record, cancellationToken).ConfigureAwait(false))
        {
            if (await LookAsync(cancellationToken).ConfigureAwait(false) == CoursePhase.Over)
                return;
        }
        Reach(CourseStep.Decided);
        await DropAsync(cancellationToken).ConfigureAwait(false);
        while (!await TryWriteAsync(record with { Phase = CoursePhase.Over }, cancellationToken).ConfigureAwait(false))
        {
            if (await LookAsync(cancellationToken).ConfigureAwait(false) == CoursePhase.Over)
                return;
        }
        Reach(CourseStep.Over);
    }

    /// <summary>Waits until nothing is left of what is in the channel now.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        ulong? last = null;
        TimeSpan pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            StreamInfo? info = await server.FindStreamAsync(server.Names.Stream(facts.Name), cancellationToken).ConfigureAwait(false);
            if (info is null)
                throw new LinkAbortedException($"Channel '{facts.Name}' was deleted on the server.");
            last ??= info.State.LastSeq;
            if (info.State.Messages == 0 || info.State.FirstSeq > last)
                return;
            using (_sync.Enter())
            {
                if (_record is { IsAborted: true } aborted)
                    throw aborted.ToWriterClosure().ForCount();
            }
            await Task.Delay(pause, server.Clock, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 2));
        }
    }

    /// <summary>Takes note of how far the channel is; it never goes back, but one that drains may be aborted.</summary>
    private void Take(CourseRecord record)
    {
        ICourseEnd[] ends;
        using (_sync.Enter())
        {
            if (record.Phase < _record.Phase || (record.Phase == _record.Phase && (_record.IsAborted || !record.IsAborted || record.Phase == CoursePhase.Over)))
                return;
            _record = record;
            ends = [.. _ends];
        }
        foreach (ICourseEnd end in ends)
            end.OnCourse(record);
        Wake();
    }

    private void Wake()
    {
        TaskCompletionSource changed;
        using (_sync.Enter())
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.TrySetResult();
    }

    private async Task ListenAsync(INatsSub<byte[]> hints)
    {
        await foreach (NatsMsg<byte[]> message in hints.Msgs.ReadAllAsync().ConfigureAwait(false))
        {
            if (message.Subject == server.Names.Changed(facts.Name))
            {
                if (message.Data is { } json && NatsJson.Read(json, NatsJson.Default.CourseRecord) is { } record && record.Epoch == facts.Epoch)
                    Take(record);
                continue;
            }
            CourseHint hint = message.Subject == server.Names.Full(facts.Name) ? CourseHint.Full
                : message.Subject == server.Names.Room(facts.Name) ? CourseHint.Room
                : CourseHint.Hungry;
            ICourseEnd[] ends;
            using (_sync.Enter())
                ends = [.. _ends];
            foreach (ICourseEnd end in ends)
                end.OnHint(hint, message.Data);
        }
    }

    /// <summary>Takes each step that is due, until the channel is over or no end of it is left here.</summary>
    private async Task FollowAsync()
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(10);
        long endingSince = 0;
        long abortedSince = 0;
        while (_isFollowing && !_stop.IsCancellationRequested)
        {
            try
            {
                CourseRecord record;
                Task changed;
                using (_sync.Enter())
                    (record, changed) = (_record, _changed.Task);
                TimeSpan wait = pause;
                switch (record.Phase)
                {
                    case CoursePhase.Over:
                        return;
                    case CoursePhase.Open:
                        wait = facts.Policy.Rule == CompletionRule.LastWriter && HasReaders ? s_count : s_look;
                        break;
                    case CoursePhase.Ending:
                        endingSince = endingSince == 0 ? server.Clock.GetTimestamp() : endingSince;
                        if (server.Clock.GetElapsedTime(endingSince) >= server.Options.EndingTimeout || !await AnyWriterOpenAsync(_stop.Token).ConfigureAwait(false))
                        {
                            await RaiseFenceAsync(_stop.Token).ConfigureAwait(false);
                            Reach(CourseStep.Fenced);
                            await StepAsync(record with { Phase = CoursePhase.Draining }).ConfigureAwait(false);
                            Reach(CourseStep.Draining);
                            continue;
                        }
                        break;
                    case CoursePhase.Draining:
                        if (record.IsAborted)
                        {
                            // Who aborted it does that. Two at once, of which one is slow, might meet the next channel of this name.
                            abortedSince = abortedSince == 0 ? server.Clock.GetTimestamp() : abortedSince;
                            if (server.Clock.GetElapsedTime(abortedSince) >= server.Options.EndingTimeout)
                                await DropAsync(_stop.Token).ConfigureAwait(false);
                        }
                        StreamInfo? info = await server.FindStreamAsync(server.Names.Stream(facts.Name), _stop.Token).ConfigureAwait(false);
                        if (info is null or { State.Messages: 0 })
                        {
                            Reach(CourseStep.Empty);
                            await StepAsync(record with { Phase = CoursePhase.Over }).ConfigureAwait(false);
                            Reach(CourseStep.Over);
                            continue;
                        }
                        break;
                }
                try
                {
                    await changed.WaitAsync(wait, server.Clock, _stop.Token).ConfigureAwait(false);
                    pause = TimeSpan.FromMilliseconds(10);
                    continue;
                }
                catch (TimeoutException)
                {
                    pause = TimeSpan.FromMilliseconds(Math.Min(s_mostPause.TotalMilliseconds, pause.TotalMilliseconds * 2));
                }
                if (record.Phase == CoursePhase.Open)
                {
                    await LookAsync(_stop.Token).ConfigureAwait(false);
                    if (facts.Policy.Rule == CompletionRule.LastWriter && HasReaders)
                        await CountAsync(_stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                NatsLog.StepFailed(server.Options.Logger, facts.Name, e.Message);
                if (e is ConnectionLostException)
                    return;
                await Task.Delay(s_mostPause, server.Clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Moves the record on from what is known; if somebody was faster, that is taken.</summary>
    private async Task StepAsync(CourseRecord next)
    {
        if (!await TryWriteAsync(next, _stop.Token).ConfigureAwait(false))
            await LookAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task<bool> TryWriteAsync(CourseRecord next, CancellationToken cancellationToken)
    {
        ulong revision;
        using (_sync.Enter())
            revision = _revision;
        ulong? written = await server.WriteRecordAsync(
            server.Names.Course(facts.Name), JsonSerializer.SerializeToUtf8Bytes(next, NatsJson.Default.CourseRecord), revision, cancellationToken).ConfigureAwait(false);
        if (written is not { } sequence)
            return false;
        using (_sync.Enter())
            _revision = sequence;
        Take(next);
        return true;
    }

    /// <summary>Decides the end, unless somebody has.</summary>
    private async Task DecideAsync(CourseRecord ending, CancellationToken cancellationToken)
    {
        while (true)
        {
            CourseRecord record;
            using (_sync.Enter())
                record = _record;
            if (record.Phase != CoursePhase.Open)
                return;
            if (await TryWriteAsync(ending, cancellationToken).ConfigureAwait(false))
            {
                Reach(CourseStep.Decided);
                return;
            }
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts the writers, and decides the end if they are all done. Whoever counts comes to the same.</summary>
    private async Task CountAsync(CancellationToken cancellationToken)
    {
        var decision = new CompletionDecision(facts.Policy);
        // By name: one whose record changes meanwhile is met twice, the second time as it is then.
        Dictionary<string, (WriterRecord Writer, ulong Revision)> found = new(StringComparer.Ordinal);
        await foreach ((WriterRecord writer, StoredMessage stored) in WriterRecord.ListAsync(server, facts, cancellationToken).ConfigureAwait(false))
            found[stored.Subject] = (writer, stored.Seq);
        List<WriterRecord> writers = [];
        foreach ((string subject, (WriterRecord writer, ulong revision)) in found)
        {
            bool isLost = writer.State == WriterState.Open && HasReaders && await IsLostAsync(writer, subject, revision, cancellationToken).ConfigureAwait(false);
            writers.Add(isLost ? writer with { State = WriterState.Lost } : writer);
            decision.WriterArrived();
        }
        foreach (WriterRecord writer in writers.Where(static writer => writer.State != WriterState.Open))
        {
            Exception? error = writer.ToError();
            EndingKind how = writer.State == WriterState.Done ? EndingMap.KindOf(error) : writer.State == WriterState.Left ? EndingKind.WriterLeft : EndingKind.ConnectionLost;
            decision.WriterDone(writer.Name, how, error);
        }
        if (!decision.IsDecided && facts.Policy.ArrivalTimeout != Timeout.InfiniteTimeSpan
            && server.Clock.GetUtcNow() - new DateTimeOffset(long.Parse(facts.Epoch, CultureInfo.InvariantCulture), TimeSpan.Zero) > facts.Policy.ArrivalTimeout)
        {
            decision.ArrivalTimedOut();
        }
        if (decision.IsDecided)
            await DecideAsync(new CourseRecord { Epoch = facts.Epoch, Phase = CoursePhase.Ending }.With(decision.Error), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes note of a writer whose process is gone. It finds that out when it comes back, and nothing of it enters any more.</summary>
    private async Task<bool> IsLostAsync(WriterRecord writer, string subject, ulong revision, CancellationToken cancellationToken)
    {
        if (!await server.Clients.IsGoneAsync(writer.Client, cancellationToken).ConfigureAwait(false))
            return false;
        byte[] lost = JsonSerializer.SerializeToUtf8Bytes(writer with { State = WriterState.Lost }, NatsJson.Default.WriterRecord);
        return await server.WriteRecordAsync(subject, lost, revision, cancellationToken).ConfigureAwait(false) is not null;
    }

    private async Task<bool> AnyWriterOpenAsync(CancellationToken cancellationToken)
    {
        await foreach ((WriterRecord writer, _) in WriterRecord.ListAsync(server, facts, cancellationToken).ConfigureAwait(false))
        {
            if (writer.State == WriterState.Open)
                return true;
        }
        return false;
    }

    /// <summary>Takes away what is in a channel that was aborted, once nothing more enters it.</summary>
    private async Task DropAsync(CancellationToken cancellationToken)
    {
        await RaiseFenceAsync(cancellationToken).ConfigureAwait(false);
        Reach(CourseStep.Fenced);
        // Another one may have its name by now, if somebody else was faster.
        if (!await IsThereAsync(cancellationToken).ConfigureAwait(false))
            return;
        try
        {
            await server.AskAsync((js, token) => js.PurgeStreamAsync(server.Names.Stream(facts.Name), new StreamPurgeRequest(), token), cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            // Deleted, with what was in it.
        }
        Reach(CourseStep.Dropped);
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken) =>
        await server.FindStreamAsync(server.Names.Stream(facts.Name), cancellationToken).ConfigureAwait(false) is { } info && IsThis(info);

    private bool IsThis(StreamInfo info) => string.Equals(ChannelFacts.Of(facts.Name, info).Epoch, facts.Epoch, StringComparison.Ordinal);

    private void Reach(CourseStep step) => server.Options.OnCourseStep?.Invoke(step);

    /// <summary>From now on nothing enters the channel, whoever still sends: no stream takes its subjects. Where streams may not be changed there is no such fence.</summary>
    private async Task RaiseFenceAsync(CancellationToken cancellationToken)
    {
        if (!server.Options.CreateStreams)
            return;
        string stream = server.Names.Stream(facts.Name);
        if (await server.FindStreamAsync(stream, cancellationToken).ConfigureAwait(false) is not { } info || !IsThis(info))
            return;
        string closed = server.Names.Closed(facts.Name);
        if (info.Config.Subjects is { Count: 1 } subjects && subjects.Contains(closed))
            return;
        StreamConfig fenced = info.Config with { Subjects = [closed] };
        try
        {
            await server.AskAsync((js, token) => js.UpdateStreamAsync(fenced, token), cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            // Somebody has deleted it, and nothing enters what is not there.
        }
    }
}
