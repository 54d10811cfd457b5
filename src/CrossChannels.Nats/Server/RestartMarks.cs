using System.Text.Json;
using CrossChannels.Nats.Completion;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Server;

/// <summary>
/// Which items may have been delivered although the server's count does not say so: it writes down a delivery a moment later, and one that is killed forgets those of the last moment. Everything that
/// was stored before another process of the server, or another leader of a cluster, took over counts as perhaps delivered.
/// </summary>
internal static class RestartMarks
{
    /// <summary>Looks who serves the channel now, and takes note if that has changed.</summary>
    /// <returns>Who that is, and up to which number items may have been delivered; null if there is no such channel.</returns>
    public static async Task<RestartRecord?> LookAsync(ServerClient server, string channel, CancellationToken cancellationToken)
    {
        if (await server.FindStreamAsync(server.Names.Stream(channel), cancellationToken).ConfigureAwait(false) is not { } info)
            return null;
        string epoch = ChannelFacts.Of(channel, info).Epoch;
        string servedBy = info.Cluster is { Name.Length: > 0, Leader.Length: > 0 } cluster ? cluster.Leader : server.ServerId;
        string subject = server.Names.Restarts(channel);
        StoredMessage? stored = await server.FindMessageAsync(server.Names.State, new StreamMsgGetRequest { LastBySubj = subject }, cancellationToken).ConfigureAwait(false);
        RestartRecord? record = stored is null ? null : NatsJson.Read(stored.Data.Span, NatsJson.Default.RestartRecord);
        bool isKnown = string.Equals(record?.Epoch, epoch, StringComparison.Ordinal);
        if (isKnown && string.Equals(record!.ServedBy, servedBy, StringComparison.Ordinal))
            return record;
        // Nobody has read the channel before the first record of it.
        var next = new RestartRecord { Epoch = epoch, ServedBy = servedBy, Last = isKnown ? (long)info.State.LastSeq : 0 };
        // Whoever was faster has written the same, or more.
        await server.WriteRecordAsync(subject, JsonSerializer.SerializeToUtf8Bytes(next, NatsJson.Default.RestartRecord), stored?.Seq ?? 0, cancellationToken).ConfigureAwait(false);
        return next;
    }
}

/// <summary>Who has served a channel, and since which item.</summary>
internal sealed record RestartRecord
{
    public string Epoch { get; init; } = "";

    public string ServedBy { get; init; } = "";

    /// <summary>The last item that was stored before.</summary>
    public long Last { get; init; }
}
