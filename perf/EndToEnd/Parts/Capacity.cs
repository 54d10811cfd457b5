using System.Globalization;
using System.Threading.Channels;

namespace EndToEnd.Parts;

/// <summary>How many items a channel holds, as scenarios hand it to their parts.</summary>
internal static class Capacity
{
    public const string Unbounded = "unbounded";

    public static string Describe(string capacity) => capacity == Unbounded ? Unbounded : "bounded " + int.Parse(capacity, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What the reading end of a link is told.</summary>
    public static ChannelOptions Options(string capacity) =>
        capacity == Unbounded ? new UnboundedChannelOptions() : new BoundedChannelOptions(int.Parse(capacity, CultureInfo.InvariantCulture));

    /// <summary>The channel in process with the same, default, options.</summary>
    public static Channel<T> Create<T>(string capacity) =>
        capacity == Unbounded ? Channel.CreateUnbounded<T>() : Channel.CreateBounded<T>(int.Parse(capacity, CultureInfo.InvariantCulture));
}
