using System.Globalization;

namespace CrossChannels.Tool.Output;

/// <summary>Statuses as a line each.</summary>
internal static class StatusText
{
    public static string Of(ChannelStatus channel)
    {
        string capacity = channel.Capacity is { } most ? $" of {Number(most)}" : "";
        string items = channel.ContentType is { } form ? $"; {channel.ContractName} ({form})" : "";
        return $"{channel.Name}: {Number(channel.Depth)}{capacity} queued, {Number(channel.InFlight)} at readers; {channel.Writers.Count} writers, " +
            $"{channel.Readers.Count} readers{items}{(channel.IsLeased ? "; leased" : "")}{(channel.OldestLease is { } age ? $", the oldest lease for {Age(age)}" : "")}{(channel.IsCompleted ? "; completed" : "")}{Waiting(channel)}";
    }

    public static string Of(LockStatus gate)
    {
        string holder = gate.Holder is { } held ? $"held by {Process(held)} since {held.Since?.ToLocalTime():HH:mm:ss}" : gate.IsAbandoned ? "free, abandoned" : "free";
        return $"{gate.Name}: {holder}; {gate.Waiters.Count} wait{Names(gate.Waiters)}; token {gate.FencingToken}";
    }

    /// <summary>Who waits, and for whom.</summary>
    public static string Waiting(ChannelStatus channel) => (channel.WaitingWriters.Count, channel.WaitingReaders.Count) switch
    {
        ( > 0, _) => $"; wait for room{Names(channel.WaitingWriters)}",
        (_, > 0) => $"; wait for items{Names(channel.WaitingReaders)}",
        _ => "",
    };

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How old something is; a dash where there is nothing.</summary>
    public static string Age(TimeSpan? age) => age switch
    {
        null => "-",
        { TotalMinutes: < 1 } seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds.TotalSeconds:0.0} s"),
        { TotalDays: < 1 } hours => hours.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        { } days => days.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture),
    };

    private static string Names(IReadOnlyList<PeerStatus> peers) => peers.Count == 0 ? "" : $": {string.Join(", ", peers.Select(Process).Distinct(StringComparer.Ordinal).Take(5))}";

    private static string Process(PeerStatus peer) => peer.Role == PeerRole.Owner ? "the owner" : peer.ProcessId is { } id ? $"process {id}" : peer.Endpoint;
}
