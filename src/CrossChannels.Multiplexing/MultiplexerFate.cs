using System.Runtime.CompilerServices;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>What became of a multiplexer: it lives, it was disposed in this process, its peer has gone, or it failed.</summary>
internal sealed class MultiplexerFate
{
    // A multiplexer that ends tells its channels first, and completes in the same breath.
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(100);
    private static readonly ConditionalWeakTable<MultiplexingStream, TransportStream> s_transports = [];

    private readonly MultiplexingStream _multiplexer;
    private readonly TransportStream? _transport;

    private MultiplexerFate(MultiplexingStream multiplexer)
    {
        _multiplexer = multiplexer;
        s_transports.TryGetValue(multiplexer, out _transport);
    }

    /// <summary>The connection of this multiplexer is one that this library made, which knows how it ended.</summary>
    public static void Know(MultiplexingStream multiplexer, TransportStream transport) => s_transports.Add(multiplexer, transport);

    public static MultiplexerFate Of(MultiplexingStream multiplexer) => new(multiplexer);

    /// <summary>Whether it has ended, or does so in a moment.</summary>
    /// <param name="orThis">What may be the reason instead; if it has failed there is nothing to wait for.</param>
    public async ValueTask<bool> HasEndedAsync(Task? orThis = null)
    {
        if (_transport is { } transport)
            return transport.HasEnded || _multiplexer.Completion.IsCompleted;
        if (orThis is not { IsFaulted: true })
            await _multiplexer.Completion.WaitAsync(s_breath).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _multiplexer.Completion.IsCompleted;
    }

    /// <summary>Why a channel is over whose input ended without a word of its other end; null if nothing is known but that it ended.</summary>
    public Exception? WhyItEnded(string channel)
    {
        if (_transport?.IsDisposedFirst == true)
            return new ObjectDisposedException(null, $"The multiplexer that carries the channel '{channel}' was disposed.");
        if ((_transport?.Failure ?? _multiplexer.Completion.Exception?.InnerException) is { } failure)
            return new IOException($"the multiplexer that carries the channel '{channel}' failed: {failure.Message}", failure);
        if (_transport is null && _multiplexer.Completion.IsCompleted)
            return new IOException($"the multiplexer that carries the channel '{channel}' has ended: it was disposed in this process, or its peer closed the connection.");
        return null;
    }

    /// <summary>The exception for a channel that could not be opened.</summary>
    public ConnectionLostException Lost(string channel, Exception? inner)
    {
        string why = WhyItEnded(channel)?.Message ?? "its peer has gone, or it was disposed in this process.";
        return new ConnectionLostException($"The channel '{channel}' could not be opened, because the multiplexer has ended: {why}", inner);
    }
}
