using System.Text.Json;
using CrossChannels.Nats.Completion;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Server;

/// <summary>Makes, finds and deletes the channels of a space.</summary>
internal sealed class ChannelDirectory(ServerClient server)
{
    private const int MostWaiting = 10_000;

    /// <summary>How long what is over stays, for ends that were away and come to hear how it ended.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    /// <summary>Makes a channel, or takes the one that is there and is the same.</summary>
    /// <returns>The channel, and whether it goes with this process.</returns>
    /// <exception cref="LinkRefusedException">One of this name is there, and differs.</exception>
    /// <exception cref="EndpointException">There is none, and this process makes none.</exception>
    public async Task<(ChannelCourse Course, bool IsCreator)> CreateAsync(ChannelFacts facts, TimeSpan? duplicateWindow, CancellationToken cancellationToken)
    {
        string stream = server.Names.Stream(facts.Name);
        if (server.Options.Lifetime == NatsLifetime.Creator)
            facts = facts with { Creator = server.Id };
        while (true)
        {
            StreamInfo? info = await server.FindStreamAsync(stream, cancellationToken).ConfigureAwait(false);
            if (!server.Options.CreateStreams)
                CheckMade(ConfigOf(facts, duplicateWindow), info, facts);
            info ??= await TryCreateStreamAsync(ConfigOf(facts, duplicateWindow), cancellationToken).ConfigureAwait(false);
            if (info is null)
                continue;
            ChannelFacts there = ChannelFacts.Of(facts.Name, info);
            if (facts.DifferenceFrom(there) is { } difference)
                throw new LinkRefusedException($"Channel '{facts.Name}' of space '{server.Options.Space}' is there already, and {difference}. Delete it, or use another name.");
            server.WarnIfKeptLess(info);
            await EnsureConsumerAsync(stream, there, cancellationToken).ConfigureAwait(false);
            var course = new ChannelCourse(server, there);
            await course.StartAsync(cancellationToken).ConfigureAwait(false);
            if (!course.IsOver)
                return (course, await IsCreatorAsync(there, cancellationToken).ConfigureAwait(false));
            // One that has come to its end makes room for the next of its name.
            await course.StopAsync().ConfigureAwait(false);
            if (!server.Options.CreateStreams)
                throw server.NotMade(stream, "is that of a channel which has ended", $"Delete it. {StreamText.Missing(ConfigOf(facts, duplicateWindow), ConsumerOf(facts))}");
            await DeleteOverAsync(there, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds a channel; waits for it.</summary>
    /// <exception cref="LinkTimeoutException">Nobody made it in time.</exception>
    public async Task<ChannelCourse> OpenAsync(string name, CancellationToken cancellationToken)
    {
        string stream = server.Names.Stream(name);
        long started = server.Clock.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(10);
        StreamInfo? info;
        while ((info = await server.FindStreamAsync(stream, cancellationToken).ConfigureAwait(false)) is null)
        {
            if (server.Options.ConnectTimeout != Timeout.InfiniteTimeSpan && server.Clock.GetElapsedTime(started) >= server.Options.ConnectTimeout)
            {
                throw new LinkTimeoutException(
                    $"There is no channel '{name}' in space '{server.Options.Space}' at {ServerAddress.Show(server.Items.Opts.Url)}, and nobody made it within {server.Options.ConnectTimeout.TotalSeconds:0.#} s."
                    + (server.Options.CreateStreams ? "" : $" Its stream is {stream}: the process that owns the channel says with NatsOptions.CreateStreams = false how it must be configured."));
            }
            await Task.Delay(pause, server.Clock, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromMilliseconds(Math.Min(250, pause.TotalMilliseconds * 2));
        }
        ChannelFacts facts = ChannelFacts.Of(name, info);
        // Who made it may have died before it made this.
        await EnsureConsumerAsync(stream, facts, cancellationToken).ConfigureAwait(false);
        var course = new ChannelCourse(server, facts);
        await course.StartAsync(cancellationToken).ConfigureAwait(false);
        return course;
    }

    /// <returns>False if there was none.</returns>
    /// <exception cref="InvalidOperationException">This process deletes none.</exception>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (!server.Options.CreateStreams)
            throw new InvalidOperationException($"Channel '{name}' is the stream {server.Names.Stream(name)}, and this process deletes none, as NatsOptions.CreateStreams is false.");
        bool wasThere = true;
        StreamInfo? info = await server.FindStreamAsync(server.Names.Stream(name), cancellationToken).ConfigureAwait(false);
        try
        {
            await server.AskAsync((js, token) => js.DeleteStreamAsync(server.Names.Stream(name), token), cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            wasThere = false;
        }
        foreach (string records in (string[])[server.Names.Course(name), server.Names.Writers(name), server.Names.Restarts(name)])
            await PurgeAsync(records, cancellationToken).ConfigureAwait(false);
        if (info is not null)
        {
            byte[] gone = JsonSerializer.SerializeToUtf8Bytes(CourseRecord.Deleted(ChannelFacts.Of(name, info).Epoch), NatsJson.Default.CourseRecord);
            await server.Control.PublishAsync(server.Names.Changed(name), gone, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        return wasThere;
    }

    /// <summary>Deletes a channel that is over, unless another has taken its name. Who hears later that it has ended finds its record, for a day.</summary>
    public async Task DeleteOverAsync(ChannelFacts facts, CancellationToken cancellationToken)
    {
        string stream = server.Names.Stream(facts.Name);
        if (await server.FindStreamAsync(stream, cancellationToken).ConfigureAwait(false) is not { } info || ChannelFacts.Of(facts.Name, info).Epoch != facts.Epoch)
            return;
        // As long as its stream is there, these records are of no other channel.
        foreach (string records in (string[])[server.Names.Writers(facts.Name), server.Names.Restarts(facts.Name)])
            await PurgeAsync(records, cancellationToken).ConfigureAwait(false);
        try
        {
            await server.AskAsync((js, token) => js.DeleteStreamAsync(stream, token), cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            // Somebody was faster.
        }
    }

    /// <summary>Deletes what has been over for a day.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        for (ulong next = 1; ;)
        {
            StoredMessage? stored = await server.FindMessageAsync(
                server.Names.State, new StreamMsgGetRequest { Seq = next, NextBySubj = server.Names.Courses }, cancellationToken).ConfigureAwait(false);
            // They come in the order in which they were written: all that follow are younger still.
            if (stored is null || server.Clock.GetUtcNow() - stored.Time < s_kept)
                return;
            next = stored.Seq + 1;
            if (NatsJson.Read(stored.Data.Span, NatsJson.Default.CourseRecord) is not { Phase: CoursePhase.Over } record)
                continue;
            StreamInfo? info = await server.FindStreamAsync(server.Names.StreamOfCourse(stored.Subject), cancellationToken).ConfigureAwait(false);
            if (info?.Config.Metadata is { } metadata && metadata.TryGetValue(ChannelFacts.NameKey, out string? name))
            {
                ChannelFacts facts = ChannelFacts.Of(name, info);
                // That of another one, which has the name now, is written over when that one ends.
                if (facts.Epoch != record.Epoch)
                    continue;
                await DeleteOverAsync(facts, cancellationToken).ConfigureAwait(false);
            }
            await PurgeAsync(stored.Subject, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="LinkRefusedException">There is no such channel.</exception>
    public async Task<ChannelStatus> GetStatusAsync(string name, CancellationToken cancellationToken)
    {
        string stream = server.Names.Stream(name);
        StreamInfo info = await server.FindStreamAsync(stream, cancellationToken).ConfigureAwait(false)
            ?? throw new LinkRefusedException($"There is no channel '{name}' in space '{server.Options.Space}'.");
        ChannelFacts facts = ChannelFacts.Of(name, info);
        ConsumerInfo consumer = (await server.AskAsync((js, token) => js.GetConsumerAsync(stream, SpaceNames.Consumer, token), cancellationToken).ConfigureAwait(false)).Info;
        return new ChannelStatus(name)
        {
            Depth = Math.Max(0, info.State.Messages - consumer.NumAckPending),
            Bytes = info.State.Bytes,
            Capacity = facts.Capacity,
            InFlight = consumer.NumAckPending,
            IsLeased = facts.IsLeased,
            IsCompleted = info.Config.Subjects?.Contains(server.Names.Closed(name)) == true || await IsDrainingAsync(facts, cancellationToken).ConfigureAwait(false),
            ContentType = facts.Contract.ContentType,
            ContractName = facts.Contract.Name,
            CompletionPolicy = facts.Policy.ToString(),
            Writers = await GetWritersAsync(facts, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Whether it takes no more items, where that shows in its record alone.</summary>
    private async Task<bool> IsDrainingAsync(ChannelFacts facts, CancellationToken cancellationToken)
    {
        StoredMessage? stored = await server.FindMessageAsync(
            server.Names.State, new StreamMsgGetRequest { LastBySubj = server.Names.Course(facts.Name) }, cancellationToken).ConfigureAwait(false);
        return stored is not null && NatsJson.Read(stored.Data.Span, NatsJson.Default.CourseRecord) is { Phase: >= CoursePhase.Draining } record && record.Epoch == facts.Epoch;
    }

    /// <summary>Whether a channel goes with this process: it has made it, or takes the place of one that did and is gone.</summary>
    private async Task<bool> IsCreatorAsync(ChannelFacts there, CancellationToken cancellationToken) =>
        there.Creator.Length > 0 && (there.Creator == server.Id || await server.Clients.IsAbsentAsync(there.Creator, cancellationToken).ConfigureAwait(false));

    private async Task PurgeAsync(string records, CancellationToken cancellationToken) =>
        await server.AskAsync((js, token) => js.PurgeStreamAsync(server.Names.State, new StreamPurgeRequest { Filter = records }, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Checks a channel's stream that somebody made beforehand.</summary>
    private void CheckMade(StreamConfig needed, StreamInfo? info, ChannelFacts facts)
    {
        if (info is null)
            throw server.NotMade(needed.Name!, "is not there", StreamText.Missing(needed, ConsumerOf(facts)));
        if (info.Config.Metadata?.ContainsKey(ChannelFacts.NameKey) != true)
            throw server.NotMade(needed.Name!, "has not the metadata that say what its channel is", StreamText.Missing(needed, ConsumerOf(facts)));
        // Another process may have taken its subjects away, behind its last item.
        if (info.Config.Subjects?.Contains(server.Names.Closed(facts.Name)) != true)
            server.CheckMade(needed, info);
    }

    /// <summary>The writers that others know of. One whose process was killed is none.</summary>
    private async Task<IReadOnlyList<PeerStatus>> GetWritersAsync(ChannelFacts facts, CancellationToken cancellationToken)
    {
        List<(string Client, PeerStatus Status)> open = [];
        await foreach ((WriterRecord writer, StoredMessage stored) in WriterRecord.ListAsync(server, facts, cancellationToken).ConfigureAwait(false))
        {
            if (writer.State == WriterState.Open)
                open.Add((writer.Client, new PeerStatus(writer.Name, writer.ProcessId == 0 ? null : writer.ProcessId, PeerRole.Writer) { Since = stored.Time }));
        }
        string[] clients = [.. open.Select(static writer => writer.Client).Distinct(StringComparer.Ordinal)];
        bool[] areAbsent = await Task.WhenAll(clients.Select(client => server.Clients.IsAbsentAsync(client, cancellationToken))).ConfigureAwait(false);
        HashSet<string> absent = [.. clients.Where((_, i) => areAbsent[i])];
        return [.. open.Where(writer => !absent.Contains(writer.Client)).Select(static writer => writer.Status)];
    }

    private StreamConfig ConfigOf(ChannelFacts facts, TimeSpan? duplicateWindow) => new(server.Names.Stream(facts.Name), [server.Names.Items(facts.Name)])
    {
        Retention = StreamConfigRetention.Workqueue,
        Discard = StreamConfigDiscard.New,
        Storage = ServerClient.StorageOf(server.Options.Storage),
        NumReplicas = server.Options.Replicas,
        MaxMsgs = facts.Capacity ?? -1,
        MaxBytes = facts.MaxBytes,
        MaxMsgSize = -1,
        MaxMsgsPerSubject = -1,
        DuplicateWindow = duplicateWindow ?? (server.Options.DuplicateWindow > TimeSpan.Zero ? server.Options.DuplicateWindow : TimeSpan.FromSeconds(1)),
        AllowBatchPublish = server.HasBatches,
        Metadata = facts.ToMetadata(),
    };

    /// <returns>Null if somebody was faster, with another configuration.</returns>
    private async Task<StreamInfo?> TryCreateStreamAsync(StreamConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return (await server.AskAsync((js, token) => js.CreateStreamAsync(config, token), cancellationToken).ConfigureAwait(false)).Info;
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == ApiErrors.StreamNameInUse)
        {
            return null;
        }
        catch (NatsJSApiException e)
        {
            throw new EndpointException($"The NATS server at {ServerAddress.Show(server.Items.Opts.Url)} did not make the stream {config.Name}: {e.Message}", e);
        }
    }

    private static ConsumerConfig ConsumerOf(ChannelFacts facts) => new(SpaceNames.Consumer)
    {
        AckPolicy = ConsumerConfigAckPolicy.Explicit,
        AckWait = facts.LeaseTimeout,
        MaxDeliver = -1,
        MaxAckPending = -1,
        MaxWaiting = MostWaiting,
    };

    /// <exception cref="EndpointException">It is not there, or not as it must be, and this process makes none.</exception>
    private async Task EnsureConsumerAsync(string stream, ChannelFacts facts, CancellationToken cancellationToken)
    {
        ConsumerConfig config = ConsumerOf(facts);
        if (!server.Options.CreateStreams)
        {
            if (await server.FindConsumerAsync(stream, cancellationToken).ConfigureAwait(false) is not { } made)
                throw server.NotMade(stream, $"has no consumer '{config.Name}'", $"Make it with {StreamText.Missing(stream, config)}");
            if (config.DifferenceFrom(made.Config) is { } difference)
                throw server.NotMade(stream, $"has a consumer '{config.Name}' that is not as it must be, {difference}", $"Make it with {StreamText.Missing(stream, config)}");
            return;
        }
        await server.AskAsync((js, token) => js.CreateOrUpdateConsumerAsync(stream, config, token), cancellationToken).ConfigureAwait(false);
    }
}
