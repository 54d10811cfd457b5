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

    /// <summary>Makes a channel, or takes the one that is there and is the same.</summary>
    /// <exception cref="LinkRefusedException">One of this name is there, and differs.</exception>
    public async Task<ChannelCourse> CreateAsync(ChannelFacts facts, TimeSpan? duplicateWindow, CancellationToken cancellationToken)
    {
        string stream = server.Names.Stream(facts.Name);
        while (true)
        {
            StreamInfo? info = await server.FindStreamAsync(stream, cancellationToken).ConfigureAwait(false);
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
                return course;
            // One that has come to its end makes room for the next of its name.
            await course.StopAsync().ConfigureAwait(false);
            await DeleteAsync(facts.Name, cancellationToken).ConfigureAwait(false);
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
                    $"There is no channel '{name}' in space '{server.Options.Space}' at {ServerAddress.Show(server.Items.Opts.Url)}, and nobody made it within {server.Options.ConnectTimeout.TotalSeconds:0.#} s.");
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
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
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
        {
            await server.AskAsync((js, token) => js.PurgeStreamAsync(server.Names.State, new StreamPurgeRequest { Filter = records }, token), cancellationToken).ConfigureAwait(false);
        }
        if (info is not null)
        {
            byte[] gone = JsonSerializer.SerializeToUtf8Bytes(CourseRecord.Deleted(ChannelFacts.Of(name, info).Epoch), NatsJson.Default.CourseRecord);
            await server.Control.PublishAsync(server.Names.Changed(name), gone, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        return wasThere;
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
            IsCompleted = info.Config.Subjects?.Contains(server.Names.Closed(name)) == true,
            ContentType = facts.Contract.ContentType,
            ContractName = facts.Contract.Name,
            CompletionPolicy = facts.Policy.ToString(),
            Writers = await GetWritersAsync(facts, cancellationToken).ConfigureAwait(false),
        };
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

    private async Task EnsureConsumerAsync(string stream, ChannelFacts facts, CancellationToken cancellationToken)
    {
        var config = new ConsumerConfig(SpaceNames.Consumer)
        {
            AckPolicy = ConsumerConfigAckPolicy.Explicit,
            AckWait = facts.LeaseTimeout,
            MaxDeliver = -1,
            MaxAckPending = -1,
            MaxWaiting = MostWaiting,
        };
        await server.AskAsync((js, token) => js.CreateOrUpdateConsumerAsync(stream, config, token), cancellationToken).ConfigureAwait(false);
    }
}
