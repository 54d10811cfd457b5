using System.Text.Json;
using CrossChannels.Nats.Completion;
using CrossChannels.Nats.Server;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Locks;

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

    /// <summary>Not a place, but the sign that one who held is gone.</summary>
    public bool IsMark { get; init; }

    /// <returns>Null for one that was not written by this library.</returns>
    public static TicketRecord? Read(StoredMessage message) => NatsJson.Read(message.Data.Span, NatsJson.Default.TicketRecord);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, NatsJson.Default.TicketRecord);

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
            next = stored.Seq + 1;
            TicketRecord ticket = Read(stored) ?? new TicketRecord();
            if (ticket.IsMark)
                continue;
            first = line.Count == 0 ? stored.Seq : first;
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
