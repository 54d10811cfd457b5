using CrossChannels.Threading;
using NATS.Client.Core;

namespace CrossChannels.Nats.Server;

/// <summary>
/// Whether other processes of the space are there: each answers when it is asked. One whose connection is closed has nobody who would answer, which the server says at once; one that is stopped,
/// or cut off, is silent. Either must last before it counts, from when this process began to look.
/// </summary>
internal sealed class ClientWatch(ServerClient server)
{
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(1);

    private readonly RankedLock _sync = new(LockRank.PeerWatch);
    private readonly Dictionary<string, (long Silent, long Absent)> _missing = new(StringComparer.Ordinal);

    /// <summary>Asks once, and tells whether what is known by now is enough.</summary>
    public async Task<bool> IsGoneAsync(string client, CancellationToken cancellationToken)
    {
        if (string.Equals(client, server.Id, StringComparison.Ordinal))
            return false;
        long asked = server.Clock.GetTimestamp();
        Answer answer = await AskAsync(server.Names.Alive(client), cancellationToken).ConfigureAwait(false);
        if (answer == Answer.There)
        {
            using (_sync.Enter())
                _missing.Remove(client);
            return false;
        }
        bool isAbsent = answer == Answer.Absent;
        // Right after a restart of the server nobody has come back yet.
        bool isSettled = server.Clock.GetElapsedTime(server.ConnectedSince) >= server.Options.PresenceTimeout;
        (long Silent, long Absent) since;
        using (_sync.Enter())
        {
            since = _missing.TryGetValue(client, out (long Silent, long Absent) known) ? known : (asked, 0);
            since.Absent = isAbsent ? (since.Absent == 0 ? asked : since.Absent) : 0;
            _missing[client] = since;
        }
        TimeSpan timeout = server.Options.PresenceTimeout;
        return server.IsConnected
            && (server.Clock.GetElapsedTime(since.Silent) >= timeout || (isSettled && since.Absent != 0 && server.Clock.GetElapsedTime(since.Absent) >= timeout / 3));
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

    private enum Answer
    {
        There,
        Absent,
        Silent,
    }
}
