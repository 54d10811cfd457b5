using System.IO.Pipelines;

namespace CrossChannels;

/// <summary>Another way to speak to a hub at its own address, such as one that carries many links over one connection.</summary>
/// <remarks>A hub has those of <see cref="HubOptions.Protocols"/>, and knows a connection of one by its first eight bytes.</remarks>
public abstract class HubProtocol
{
    /// <summary>How many bytes <see cref="Magic"/> has.</summary>
    public const int MagicBytes = 8;

    /// <summary>Creates a protocol.</summary>
    /// <param name="magic">What each of its connections begins with: eight bytes, unlike those of any other.</param>
    /// <exception cref="ArgumentException">They are more or fewer.</exception>
    protected HubProtocol(ReadOnlyMemory<byte> magic) =>
        Magic = magic.Length == MagicBytes ? magic : throw new ArgumentException($"A protocol is known by {MagicBytes} bytes, and these are {magic.Length:N0}.", nameof(magic));

    /// <summary>What each of its connections begins with.</summary>
    public ReadOnlyMemory<byte> Magic { get; }

    /// <exception cref="ArgumentException">Two of them begin with the same bytes.</exception>
    internal static IReadOnlyList<HubProtocol> Check(IReadOnlyList<HubProtocol>? protocols)
    {
        HubProtocol[] all = [.. OptionValue.NotNull(protocols)];
        for (int i = 0; i < all.Length; i++)
        {
            if (all.AsSpan(0, i).ToArray().FirstOrDefault(other => other.Magic.Span.SequenceEqual(all[i].Magic.Span)) is { } twin)
                throw new ArgumentException($"Connections of {all[i].GetType().Name} begin with the same bytes as those of {twin.GetType().Name}, so that a hub cannot tell them apart.", nameof(protocols));
        }
        return all;
    }

    /// <summary>Serves a connection that began with <see cref="Magic"/>. Its peer is authenticated as the hub's address says.</summary>
    /// <param name="connection">The connection, which the protocol closes.</param>
    /// <param name="stopping">Canceled when the hub shuts down: links that are open drain, and nothing new is taken.</param>
    /// <returns>Done when the connection is over. What it throws is logged.</returns>
    public abstract Task ServeAsync(HubProtocolConnection connection, CancellationToken stopping);
}

/// <summary>One connection of a <see cref="HubProtocol"/>, and what the hub does for it.</summary>
public sealed class HubProtocolConnection
{
    private readonly Func<IDuplexPipe, Task> _serve;

    internal HubProtocolConnection(Stream stream, string endpoint, int? processId, long? userId, ConnectionOptions settings, Func<IDuplexPipe, Task> serve)
    {
        Stream = stream;
        Endpoint = endpoint;
        ProcessId = processId;
        UserId = userId;
        Settings = settings;
        _serve = serve;
    }

    /// <summary>What follows the magic, and what goes to the peer. Disposing it closes the connection; a read that is canceled does so too.</summary>
    public Stream Stream { get; }

    /// <summary>Where the peer is, for messages.</summary>
    public string Endpoint { get; }

    /// <summary>The peer's process, as the kernel says, where it does.</summary>
    public int? ProcessId { get; }

    /// <summary>The peer's user, as the kernel says, where it does.</summary>
    public long? UserId { get; }

    /// <summary>The hub's timeouts, limits, logger and clock.</summary>
    public ConnectionOptions Settings { get; }

    /// <summary>Lets the hub serve a link of this peer, as if it had connected with it alone.</summary>
    /// <param name="link">Its bytes both ways; both halves are completed when it is closed.</param>
    /// <returns>Done when the link is closed; never faults. One that is too many, by <see cref="ConnectionOptions.MaxLinks"/>, waits.</returns>
    public Task ServeLinkAsync(IDuplexPipe link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return _serve(link);
    }
}
