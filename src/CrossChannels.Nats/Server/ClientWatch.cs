using CrossChannels.Threading;
using NATS.Client.Core;

namespace CrossChannels.Nats.Server;

/// <summary>
/// Whether other processes of the space are there: each answers when it is asked. One whose connection is closed has nobody who would answer, which the server says at once; one that is stopped,
/// or cut off, is silent. Either must last before it counts, from when this process began to look. In a cluster nobody may be there only because two servers are cut off from each other, of which
/// those who are at the other do not hear: that counts as silence.
/// </summary>
internal sealed class ClientWatch(ServerClient server)
{
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(1);

    // Who looks does so every few seconds. What was seen longer ago says nothing of the time between.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);

    private readonly RankedLock _sync = new(LockRank.PeerWatch);
    private readonly Dictionary<string, Missing> _missing = new(StringComparer.Ordinal);

    /// <summary>Asks once, and tells whether what is known by now is enough.</summary>
    public async Task<bool> IsGoneAsync(string client, CancellationToken cancellationToken)
    {
        if (string.Equals(client, server.Id, StringComparison.Ordinal))
            return false;
        Answer answer = await AskAsync(server.Names.Alive(client), cancellationToken).ConfigureAwait(false);
        // Not when it was asked: it may have lived, and have held what it holds, until now.
        long now = server.Clock.GetTimestamp();
        if (answer == Answer.There)
        {
            using (_sync.Enter())
                _missing.Remove(client);
            return false;
        }
        bool isAbsent = answer == Answer.Absent && !server.IsClustered;
        // Right after a restart of the server nobody has come back yet.
        bool isSettled = server.Clock.GetElapsedTime(server.ConnectedSince) >= server.Options.PresenceTimeout;
        TimeSpan timeout = server.Options.PresenceTimeout;
        TimeSpan pause = timeout > s_longestPause ? timeout : s_longestPause;
        Missing since;
        using (_sync.Enter())
        {
            since = _missing.TryGetValue(client, out Missing known) && server.Clock.GetElapsedTime(known.Seen, now) <= pause ? known : new Missing(now, null, now);
            since = since with { Absent = isAbsent ? since.Absent ?? now : null, Seen = now };
            _missing[client] = since;
        }
        return server.IsConnected
            && (server.Clock.GetElapsedTime(since.Silent, now) >= timeout || (isSettled && since.Absent is { } absent && server.Clock.GetElapsedTime(absent, now) >= timeout / 3));
    }

    /// <summary>Whether nobody answers for a client at this moment, because its connection is closed.</summary>
    public Task<bool> IsAbsentAsync(string client, CancellationToken cancellationToken) => IsNobodyThereAsync(server.Names.Alive(client), cancellationToken);

    /// <summary>Whether nobody is subscribed to a subject at this moment.</summary>
    public async Task<bool> IsNobodyThereAsync(string subject, CancellationToken cancellationToken) => await AskAsync(subject, cancellationToken).ConfigureAwait(false) == Answer.Absent;

    private async Task<Answer> AskAsync(string subject, CancellationToken cancellationToken)
    {
        try
        {
            NatsMsg<byte[]> answer = await server.Control.RequestAsync<byte[], byte[]>(
                subject, [], requestSerializer: NatsRawSerializer<byte[]>.Default, replySerializer: NatsRawSerializer<byte[]>.Default,
                replyOpts: new NatsSubOpts { Timeout = s_probe, ThrowIfNoResponders = false }, cancellationToken: cancellationToken).ConfigureAwait(false);
            return answer.HasNoResponders ? Answer.Absent : Answer.There;
        }
        catch (NatsNoRespondersException)
        {
            return Answer.Absent;
        }
        catch (Exception e) when (e is NatsException or TimeoutException)
        {
            // Or this process is cut off itself, and then sees nobody for as long.
            return Answer.Silent;
        }
    }

    /// <summary>A client that does not answer.</summary>
    /// <param name="Silent">Since when.</param>
    /// <param name="Absent">Since when its connection has been closed; null if it is not known to be.</param>
    /// <param name="Seen">When that was seen last.</param>
    private readonly record struct Missing(long Silent, long? Absent, long Seen);

    private enum Answer
    {
        There,
        Absent,
        Silent,
    }
}
