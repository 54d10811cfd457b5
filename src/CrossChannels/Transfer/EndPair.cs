using System.Threading.Channels;

namespace CrossChannels.Transfer;

/// <summary>What a ticket says of an end of a pair.</summary>
/// <param name="Secret">What the two ends show each other, as the name of their channel.</param>
/// <param name="Listens">The one that opens the ticket listens, since the other end connects from a process of its own.</param>
/// <param name="Capacity">Of what it reads; null for unbounded.</param>
/// <param name="FullMode">Of what it reads.</param>
/// <param name="SingleReader">As its options say.</param>
/// <param name="ReadsInline">Whether continuations of its reader may run inline.</param>
/// <param name="WritesInline">Whether continuations of its writer may run inline.</param>
internal sealed record EndPair(string Secret, bool Listens, int? Capacity, BoundedChannelFullMode FullMode, bool SingleReader, bool ReadsInline, bool WritesInline);
