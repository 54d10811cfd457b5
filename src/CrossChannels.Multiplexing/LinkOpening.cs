using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>Opens one channel of a multiplexer, and a link over it.</summary>
internal static class LinkOpening
{
    public static async Task<DuplexChannel<TWrite, TRead>> OfferAsync<TWrite, TRead>(
        MultiplexingStream multiplexer, string name, DuplexChannelOptions<TWrite, TRead> options, CancellationToken cancellationToken) =>
        await GreetAsync(await OfferAsync(multiplexer, name, options.Connection, cancellationToken).ConfigureAwait(false), name, options, cancellationToken).ConfigureAwait(false);

    public static async Task<DuplexChannel<TWrite, TRead>> AcceptAsync<TWrite, TRead>(
        MultiplexingStream multiplexer, string name, DuplexChannelOptions<TWrite, TRead> options, CancellationToken cancellationToken)
    {
        while (true)
        {
            MultiplexingStream.Channel channel;
            try
            {
                channel = await UntilItEndsAsync(multiplexer, static (from, called, token) => from.AcceptChannelAsync(called, token), name, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw cancellationToken.IsCancellationRequested
                    ? new OperationCanceledException(e.Message, e, cancellationToken)
                    : MultiplexerFate.Of(multiplexer).Lost(name, e);
            }
            try
            {
                return await GreetAsync(channel, name, options, cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectionLostException)
            {
                // An offer that was withdrawn in this moment is none.
                if (await MultiplexerFate.Of(multiplexer).HasEndedAsync().ConfigureAwait(false))
                    throw;
            }
        }
    }

    /// <summary>Offers a channel of bytes.</summary>
    public static async Task<MultiplexingStream.Channel> OfferAsync(
        MultiplexingStream multiplexer, string name, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.ConnectTimeout, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await UntilItEndsAsync(multiplexer, static (to, called, token) => to.OfferChannelAsync(called, token), name, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            throw new LinkTimeoutException($"The other side of the multiplexer did not accept the channel '{name}' within ConnectTimeout, {settings.ConnectTimeout.TotalSeconds:0.###} s.", e);
        }
        catch (OperationCanceledException e)
        {
            // What the package says of an offer that was rejected, and of one that went down with its multiplexer.
            MultiplexerFate fate = MultiplexerFate.Of(multiplexer);
            if (await fate.HasEndedAsync().ConfigureAwait(false))
                throw fate.Lost(name, e);
            throw new LinkRefusedException($"The other side of the multiplexer rejected the channel '{name}'.", e);
        }
    }

    /// <summary>Opens a channel, and stops waiting when the multiplexer ends: one that ends in the same moment forgets who waits.</summary>
    private static async Task<MultiplexingStream.Channel> UntilItEndsAsync(
        MultiplexingStream multiplexer, Func<MultiplexingStream, string, CancellationToken, Task<MultiplexingStream.Channel>> open, string name,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<MultiplexingStream.Channel> opening;
        try
        {
            opening = open(multiplexer, name, cancellationToken);
            await Task.WhenAny(opening, multiplexer.Completion).ConfigureAwait(false);
            if (opening.IsCompleted)
                return await opening.ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            throw MultiplexerFate.Of(multiplexer).Lost(name, e);
        }
        _ = opening.ContinueWith(
            static late => { if (late.IsCompletedSuccessfully) late.Result.Dispose(); else _ = late.Exception; },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        throw MultiplexerFate.Of(multiplexer).Lost(name, null);
    }

    private static async Task<DuplexChannel<TWrite, TRead>> GreetAsync<TWrite, TRead>(
        MultiplexingStream.Channel channel, string name, DuplexChannelOptions<TWrite, TRead> options, CancellationToken cancellationToken)
    {
        DuplexChannel<TWrite, TRead> made;
        try
        {
            made = CrossChannel.Over(new MultiplexedPipe(channel, name), options);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
        try
        {
            await made.WaitForPeerAsync(cancellationToken).ConfigureAwait(false);
            return made;
        }
        catch
        {
            made.Abort("The end that opened it gave up.");
            throw;
        }
    }
}
