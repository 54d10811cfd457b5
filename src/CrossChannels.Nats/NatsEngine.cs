using System.Collections.Concurrent;
using System.Threading.Channels;
using CrossChannels.Channels;

namespace CrossChannels.Nats;

/// <summary>
/// Lets a program name channels and locks on a NATS server by address, as it names those of a hub: <c>nats:jobs</c> in the space that it has set, or
/// <c>nats://host:port/space#jobs</c>.
/// </summary>
/// <remarks>Call one of the two once, at the start of <c>Main</c>. Then <see cref="CrossChannel.OpenWriterAsync{T}"/> and the others take such addresses.</remarks>
public static class NatsEngine
{
    /// <summary>Addresses of this server and space, and <c>nats:</c> with a name, use this connection, which stays the caller's.</summary>
    /// <param name="channels">The connection.</param>
    public static void Use(NatsChannels channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        ChannelEngine.Nats = new Engine(channels.Options, channels);
    }

    /// <summary>Connects when an address is first used: once for each server and space, until the process ends.</summary>
    /// <param name="options">Credentials and certificates, timeouts; the space where an address names none.</param>
    /// <param name="url">The server of an address that names none. Default: none, and <c>nats:jobs</c> is refused.</param>
    public static void Use(NatsOptions options, string? url = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ChannelEngine.Nats = new Engine(options, null) { Url = url };
    }

    private sealed class Engine(NatsOptions options, NatsChannels? given) : ChannelEngine
    {
        private readonly ConcurrentDictionary<(string Url, string Space), Lazy<Task<NatsChannels>>> _connections = new();

        public string? Url { get; init; }

        public override async Task<TChannel> CreateAsync<TChannel, T>(
            ChannelAddress address, ChannelOptions options, LeaseOptions? leases, SharedChannelOptions? sharing, ItemOptions<T>? items, CancellationToken cancellationToken)
        {
            NatsChannels nats = await ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            object made = leases is null
                ? await nats.CreateAsync(NameOf(address), options, sharing, items, cancellationToken).ConfigureAwait(false)
                : await nats.CreateLeasedAsync(NameOf(address), options, leases, sharing, items, cancellationToken).ConfigureAwait(false);
            return (TChannel)made;
        }

        public override async Task<TEnd> OpenAsync<TEnd, T>(ChannelAddress address, ItemOptions<T>? items, CancellationToken cancellationToken)
        {
            NatsChannels nats = await ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            string name = NameOf(address);
            object opened =
                typeof(TEnd) == typeof(CrossLock) ? await nats.OpenLockAsync(name, cancellationToken).ConfigureAwait(false)
                : typeof(TEnd) == typeof(CrossChannelWriter<T>) ? await nats.OpenWriterAsync(name, items, cancellationToken).ConfigureAwait(false)
                : typeof(TEnd) == typeof(LeasedReader<T>) ? await nats.OpenLeasedReaderAsync(name, items, cancellationToken).ConfigureAwait(false)
                : await nats.OpenReaderAsync(name, items, cancellationToken).ConfigureAwait(false);
            return (TEnd)opened;
        }

        public override async Task<ChannelStatus> GetChannelStatusAsync(ChannelAddress address, CancellationToken cancellationToken) =>
            await (await ConnectAsync(address, cancellationToken).ConfigureAwait(false)).GetChannelStatusAsync(NameOf(address), cancellationToken).ConfigureAwait(false);

        public override async Task<LockStatus> GetLockStatusAsync(ChannelAddress address, CancellationToken cancellationToken) =>
            await (await ConnectAsync(address, cancellationToken).ConfigureAwait(false)).GetLockStatusAsync(NameOf(address), cancellationToken).ConfigureAwait(false);

        private static string NameOf(ChannelAddress address) =>
            address.Channel ?? throw new ArgumentException($"'{address}' names a space: add '#' and the name of a channel or lock.", nameof(address));

        private async Task<NatsChannels> ConnectAsync(ChannelAddress address, CancellationToken cancellationToken)
        {
            if (given is not null)
            {
                return address.Host is null || given.Serves(address)
                    ? given
                    : throw new EndpointException($"{address} is not of the connection that NatsEngine.Use was given, {given.Address}. Give it NatsOptions, so that it connects by address.");
            }
            string url = address.Host is null
                ? Url ?? throw new EndpointException($"'{address}' names no server: write nats://host:port/space#{address.Channel}, or give NatsEngine.Use a URL.")
                : $"{(IsEncrypted ? "tls" : "nats")}://{(address.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]" : address.Host)}:{address.Port}";
            (string, string) key = (url, address.Name ?? options.Space);
#pragma warning disable VSTHRD011 // The factory only begins to connect, and waits for nobody.
            Lazy<Task<NatsChannels>> connection = _connections.GetOrAdd(key, static (key, options) => new(() => NatsChannels.ConnectAsync(key.Url, options with { Space = key.Space })), options);
#pragma warning restore VSTHRD011
            try
            {
                return await connection.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception) when (connection.Value.IsFaulted)
            {
                // The next use tries again.
                _connections.TryRemove(new(key, connection));
                throw;
            }
        }

        private bool IsEncrypted => options.Client.TlsOpts.Mode is NATS.Client.Core.TlsMode.Require;
    }
}
