using System.Buffers.Binary;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>Lets a hub serve many links of one peer over one connection, at the address where it serves single links too.</summary>
/// <remarks>Put it into <see cref="HubOptions.Protocols"/>; a peer connects with <see cref="ChannelHubClient"/>. The keys that a hub requires are shown by each link.</remarks>
public sealed class MultiplexedHubProtocol : HubProtocol
{
    /// <summary>Bytes of the greeting of either side: magic, version, and two that are zero for now.</summary>
    internal const int GreetingBytes = MagicBytes + 4;

    private const ushort Version = 1;

    private readonly MultiplexerOptions _options;

    /// <summary>Creates the protocol.</summary>
    /// <param name="options">The window of each link; the version must be 3. Timeouts are the hub's.</param>
    /// <exception cref="ArgumentException">The options have another version.</exception>
    public MultiplexedHubProtocol(MultiplexerOptions? options = null)
        : base(MagicOfMany) => _options = Check(options ?? new());

    /// <summary>How many links one connection may carry at a time, at least 1; more are rejected. Default: 1,024.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxLinksPerConnection
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1024;

    /// <summary>As that of a link, and neither text in any encoding nor the beginning of one of its frames.</summary>
    internal static ReadOnlyMemory<byte> MagicOfMany { get; } = new byte[] { 0x89, (byte)'X', (byte)'C', (byte)'M', 0x0D, 0x0A, 0x1A, 0x0A };

    /// <inheritdoc/>
    public override async Task ServeAsync(HubProtocolConnection connection, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(connection);
        MultiplexingStream multiplexer;
        try
        {
            multiplexer = await GreetAsync(connection, stopping).ConfigureAwait(false);
        }
        catch
        {
            await connection.Stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        await using (multiplexer.ConfigureAwait(false))
            await new HubLinks(multiplexer, connection, MaxLinksPerConnection).ServeAsync(stopping).ConfigureAwait(false);
    }

    /// <summary>Makes a multiplexer of a connection to a hub that has this protocol.</summary>
    /// <exception cref="LinkRefusedException">The hub does not have it.</exception>
    internal static async Task<MultiplexingStream> ConnectAsync(Stream stream, string hub, MultiplexerOptions options, CancellationToken cancellationToken)
    {
        Check(options);
        await stream.WriteAsync(Greeting(), cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        byte[] answer = new byte[GreetingBytes];
        int count = await stream.ReadAtLeastAsync(answer, GreetingBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count < GreetingBytes)
            throw new LinkRefusedException($"The hub at {hub} closed the connection: it takes single links only. Give it a {nameof(MultiplexedHubProtocol)} in {nameof(HubOptions)}.{nameof(HubOptions.Protocols)}.");
        if (!answer.AsSpan(0, MagicBytes).SequenceEqual(MagicOfMany.Span))
            throw new LinkRefusedException($"What listens at {hub} is not a hub that takes many links over one connection: it answers with {Convert.ToHexStringLower(answer)}.");
        if (VersionOf(answer) != Version)
            throw new LinkRefusedException($"The hub at {hub} carries many links over one connection in version {VersionOf(answer)}, and this end knows version {Version}.");
        return await ChannelMultiplexer.CreateAsync(stream, options, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MultiplexingStream> GreetAsync(HubProtocolConnection connection, CancellationToken stopping)
    {
        ConnectionOptions settings = connection.Settings;
        using var deadline = new CancellationTokenSource(settings.GreetingTimeout, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, deadline.Token);
        byte[] rest = new byte[GreetingBytes];
        await connection.Stream.ReadExactlyAsync(rest.AsMemory(MagicBytes), either.Token).ConfigureAwait(false);
        await connection.Stream.WriteAsync(Greeting(), either.Token).ConfigureAwait(false);
        if (VersionOf(rest) < Version)
            throw new LinkRefusedException($"{connection.Endpoint} carries many links over one connection in version {VersionOf(rest)}, and this hub knows version {Version}.");
        return await ChannelMultiplexer.CreateSuspendedAsync(connection.Stream, _options with { Connection = settings }, either.Token).ConfigureAwait(false);
    }

    private static byte[] Greeting()
    {
        byte[] bytes = new byte[GreetingBytes];
        MagicOfMany.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(MagicBytes), Version);
        return bytes;
    }

    private static ushort VersionOf(ReadOnlySpan<byte> greeting) => BinaryPrimitives.ReadUInt16LittleEndian(greeting[MagicBytes..]);

    private static MultiplexerOptions Check(MultiplexerOptions options) =>
        options.ProtocolVersion == 3 ? options : throw new ArgumentException($"A hub speaks version 3 of the multiplexer, and the options have version {options.ProtocolVersion}.", nameof(options));

    /// <summary>The links of one connection.</summary>
    private sealed class HubLinks(MultiplexingStream multiplexer, HubProtocolConnection connection, int maxLinks)
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _links = 1;
        private int _isStopping;

        /// <summary>Takes links until the connection is over, or the hub stops and the last link is closed.</summary>
        public async Task ServeAsync(CancellationToken stopping)
        {
            multiplexer.ChannelOffered += OnOffered;
            multiplexer.StartListening();
            using CancellationTokenRegistration stop = stopping.UnsafeRegister(static self => ((HubLinks)self!).Stop(), this);
            await Task.WhenAny(multiplexer.Completion, _over.Task).ConfigureAwait(false);
        }

        /// <summary>The first count is that of the hub itself.</summary>
        private void Stop()
        {
            Volatile.Write(ref _isStopping, 1);
            Leave();
        }

        private void Leave()
        {
            if (Interlocked.Decrement(ref _links) == 0)
                _over.TrySetResult();
        }

        private void OnOffered(object? sender, MultiplexingStream.ChannelOfferEventArgs offer)
        {
            // The multiplexer reads nothing more until this returns, and what it throws ends it.
            int links = Interlocked.Increment(ref _links);
            bool isTaken = false;
            try
            {
                if (Volatile.Read(ref _isStopping) != 0 || links - 1 > maxLinks)
                {
                    multiplexer.RejectChannel(offer.QualifiedId.Id);
                    return;
                }
                MultiplexingStream.Channel channel = multiplexer.AcceptChannel(offer.QualifiedId.Id);
                isTaken = true;
                _ = ServeAsync(channel, offer.Name);
            }
            catch (InvalidOperationException)
            {
                // The offer was withdrawn, or the multiplexer is being disposed.
            }
            finally
            {
                if (!isTaken)
                    Leave();
            }
        }

        private async Task ServeAsync(MultiplexingStream.Channel channel, string name)
        {
            await connection.ServeLinkAsync(new MultiplexedPipe(channel, name)).ConfigureAwait(false);
            Leave();
        }
    }
}
