using EndToEnd.Parts;
using EndToEnd.Peers;

namespace EndToEnd.Scenarios;

/// <summary>The other side of what is compared, with two processes each.</summary>
internal static class TheirParts
{
    /// <summary>Items of one size over a plain stream.</summary>
    public static IReadOnlyList<PartSpec> Items(string path, string kind, string bytes, string buffer) =>
        Both(kind, PartSpec.Of<StreamItemReader>(kind, path, bytes), PartSpec.Of<StreamItemWriter>(kind, path, bytes, buffer));

    /// <summary>One item there and back over a plain stream.</summary>
    public static IReadOnlyList<PartSpec> RoundTrip(string path, string kind, string bytes) =>
        Both(kind, PartSpec.Of<StreamEcho>(kind, path, bytes), PartSpec.Of<StreamPinger>(kind, path, bytes));

    public static IReadOnlyList<PartSpec> JsonLines(string path, bool isBuffered) =>
        [PartSpec.Of<JsonLinesReader>(path), PartSpec.Of<JsonLinesWriter>(path, isBuffered.ToString())];

    public static IReadOnlyList<PartSpec> Zmq(string path) => [PartSpec.Of<ZmqReader>(path), PartSpec.Of<ZmqWriter>(path)];

    // With anonymous pipes who connects starts who listens.
    private static IReadOnlyList<PartSpec> Both(string kind, PartSpec listening, PartSpec connecting) =>
        kind == StreamKind.Pipe ? [connecting] : [listening, connecting];
}
