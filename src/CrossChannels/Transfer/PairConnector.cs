using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Transports;

namespace CrossChannels.Transfer;

/// <summary>An end of a pair in the process that it was given to: it finds the other end in the background.</summary>
internal static class PairConnector
{
    /// <summary>Opens an end, or the half of it that is used.</summary>
    public static Task<TEnd> OpenAsync<TWrite, TRead, TEnd>(
        TransferContent content, Func<LinkChannel<TWrite, TRead>, TEnd> select, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<TEnd>(cancellationToken)
            : Task.FromResult(select(Open<TWrite, TRead>(content)));

    private static LinkChannel<TWrite, TRead> Open<TWrite, TRead>(TransferContent content)
    {
        PairTerms pair = content.Pair ?? throw new FormatException("The ticket of an end of a pair does not say how it is found.");
        var options = new DuplexChannelOptions<TWrite, TRead>
        {
            Reading = pair.Capacity is int capacity
                ? new BoundedChannelOptions(capacity) { FullMode = pair.FullMode, SingleReader = pair.SingleReader, AllowSynchronousContinuations = pair.ReadsInline }
                : new UnboundedChannelOptions { SingleReader = pair.SingleReader, AllowSynchronousContinuations = pair.ReadsInline },
            AllowSynchronousWriteContinuations = pair.WritesInline,
            WriteItems = content.Writes!.ToOptions<TWrite>(),
            ReadItems = content.Reads!.ToOptions<TRead>(),
            Connection = content.ConnectionToRead,
        };
        var factory = new LinkChannelFactory<TWrite, TRead>(options, pair.Secret);
        LinkChannel<TWrite, TRead> channel = factory.Defer(static () => { });
        channel.Origin = channel.Reader.Origin = channel.Writer.Origin = TransferOrigin.Arrived;
        channel.Link.Expect(pair.PeerWelcome);
        LinkRegistry.Add(channel.Link);
        _ = ArriveAsync(channel.Link, content, factory.Greeting, PairLaneTerms.Of(factory.Settings, factory.Lane, pair.PeerLane));
        return channel;
    }

    /// <summary>Takes the place of an end that will not come, and tells the other one why.</summary>
    public static async Task AbortAsync<TWrite, TRead>(TransferContent content, string reason)
    {
        LinkChannel<TWrite, TRead> channel = Open<TWrite, TRead>(content);
        try
        {
            await channel.WaitForPeerAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The other end is gone as well.
        }
        channel.Abort(reason);
    }

    private static async Task ArriveAsync(Link link, TransferContent content, Func<ulong, byte[]> greet, PairLaneTerms? lanes)
    {
        TimeSpan wait = PairRendezvous.WaitOf(link.Settings);
        ConnectionOptions settings = content.Connection with { ConnectTimeout = wait, ConnectCallback = null };
        try
        {
            using var deadline = new CancellationTokenSource(wait, settings.TimeProvider);
            using var over = new TaskOutcome(link.Closed, deadline.Token);
            if (content.Pair!.Listens)
                (await AcceptAsync(content, settings, over.Token).ConfigureAwait(false)).Accept(link, lanes);
            else
                (await PairRendezvous.ConnectAsync(content.Address, greet, lanes, settings, over.Token).ConfigureAwait(false)).Begin(link);
        }
        catch (Exception e)
        {
            link.Fail(e is OperationCanceledException or LinkTimeoutException
                ? new LinkTimeoutException($"The other end of the pair was not found at {content.Address} within {wait.TotalSeconds:0} s. Is the process that has it still running?", e)
                : e);
        }
    }

    private static async Task<PairConnection> AcceptAsync(TransferContent content, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        ITransportListener listener = await Transport.ListenAsync(content.Address, settings, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PairRendezvous.AcceptAsync(listener, content.Pair!.Secret, settings, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A token that is canceled when a task has ended, or another token is canceled.</summary>
    private sealed class TaskOutcome : IDisposable
    {
        private readonly CancellationTokenSource _source;

        public TaskOutcome(Task task, CancellationToken other)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(other);
            _ = CancelAfterAsync(task);
        }

        public CancellationToken Token => _source.Token;

        public void Dispose() => _source.Dispose();

        private async Task CancelAfterAsync(Task task)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await _source.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // The wait is over.
            }
        }
    }
}
