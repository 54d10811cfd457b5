using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>Moves items between the queue of a pumped channel and the links of its remote ends, one pump a link.</summary>
internal sealed class LinkPumps<T>
{
    private readonly BackedChannel<T> _channel;
    private readonly LinkChannelFactory<NoItem, T> _writers;
    private readonly LinkChannelFactory<T, NoItem> _readers;

    public LinkPumps(BackedChannel<T> channel, ChannelOptions options, ItemOptions<T> items, ConnectionOptions connection)
    {
        _channel = channel;
        // A channel that drops or orders takes every item at once, so that only bytes are limited; one that makes writers wait makes the link wait.
        ChannelOptions window = BackedChannel<T>.IsNeededFor(options) ? new UnboundedChannelOptions() : new BoundedChannelOptions(1);
        _writers = new LinkChannelFactory<NoItem, T>(
            new DuplexChannelOptions<NoItem, T> { Reading = window, ReadItems = items, Connection = connection }, channel.Name, LinkRole.Writer, processed: channel.Joins.WhenDoneAsync);
        _readers = new LinkChannelFactory<T, NoItem>(
            new DuplexChannelOptions<T, NoItem> { WriteItems = items, Connection = connection }, channel.Name, LinkRole.Reader, isOnDemand: true);
    }

    public Link StartWriter(HubRequest request)
    {
        LinkChannel<NoItem, T> writer = _writers.Start(request.Input, request.Output, request.Peer);
        _ = PumpInAsync(writer);
        return writer.Link;
    }

    public Link StartReader(HubRequest request)
    {
        LinkChannel<T, NoItem> reader = _readers.Start(request.Input, request.Output, request.Peer);
        _ = PumpOutAsync(reader);
        return reader.Link;
    }

    /// <summary>From a remote writer into the queue.</summary>
    private async Task PumpInAsync(LinkChannel<NoItem, T> writer)
    {
        Link link = writer.Link;
        if (await IsGreetedAsync(link).ConfigureAwait(false))
        {
            _channel.OnWriterArrived();
            await MoveInAsync(writer).ConfigureAwait(false);
            _channel.OnWriterDone(link);
        }
        await link.Closed.ConfigureAwait(false);
        _channel.OnLinkClosed(link);
        GC.KeepAlive(writer);
    }

    private async Task MoveInAsync(LinkChannel<NoItem, T> writer)
    {
        try
        {
            while (await writer.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (TryTake(writer.Reader, out QueuedItem<T> held))
                    await _channel.AcceptAsync(held, writer.Link).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (ReferenceEquals(e, writer.Link.Receiver.Closure?.Error))
        {
            // How it ended stands in the closure.
        }
    }

    /// <remarks>The item is counted before it is taken: the link may say that all is processed as soon as it is taken.</remarks>
    private bool TryTake(CrossChannelReader<T> reader, out QueuedItem<T> held)
    {
        held = new QueuedItem<T>(default!, _channel.Joins.Enter());
        try
        {
            if (reader.TryRead(out T? item))
            {
                held = held with { Item = item };
                return true;
            }
        }
        catch (ItemUnreadableException e)
        {
            held = held with { Error = e };
            return true;
        }
        _channel.Joins.Leave(held.Epoch);
        return false;
    }

    /// <summary>From the queue to a remote reader, an item for each of its callers that waits.</summary>
    private async Task PumpOutAsync(LinkChannel<T, NoItem> reader)
    {
        Link link = reader.Link;
        if (await IsGreetedAsync(link).ConfigureAwait(false))
        {
            await MoveOutAsync(reader).ConfigureAwait(false);
            // Either the link is over, and then this does nothing, or the channel.
            if (_channel.Closure is { } closure)
                End(link, closure);
        }
        await link.Closed.ConfigureAwait(false);
        _channel.OnLinkClosed(link);
        GC.KeepAlive(reader);
    }

    private async Task MoveOutAsync(LinkChannel<T, NoItem> reader)
    {
        using var over = new CancellationTokenSource();
        Task ended = CancelWhenOverAsync(reader.Link, over);
        try
        {
            // Waits and then takes, since a read that is handed an item just as the link ends would have taken it from all others.
            while (await reader.Writer.WaitToWriteAsync(over.Token).ConfigureAwait(false) && await _channel.Queue.WaitToReadAsync(over.Token).ConfigureAwait(false))
            {
                if (reader.Link.Sender.Closure is null && _channel.Queue.TryRead(out QueuedItem<T> held))
                    Give(held, reader);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException || reader.Link.Sender.Closure is not null || _channel.Queue.Completion.IsCompleted)
        {
            // The link or the channel is over; which, the caller sees.
        }
        await ended.ConfigureAwait(false);
    }

    /// <summary>Ends what the pump waits for when the reader has left, or nothing is left to read.</summary>
    private async Task CancelWhenOverAsync(Link link, CancellationTokenSource over)
    {
        var isClosed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sender = (ItemSender)link.Sender;
        sender.Closed = isClosed.SetResult;
        if (sender.Closure is null)
            await Task.WhenAny(isClosed.Task, _channel.Queue.Completion).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private void Give(QueuedItem<T> held, LinkChannel<T, NoItem> reader)
    {
        Exception? error = held.Error;
        try
        {
            if (error is null && reader.Writer.TryWrite(held.Item))
            {
                _channel.Joins.Leave(held.Epoch);
                return;
            }
        }
        catch (Exception e)
        {
            // Too large for this reader, or its serializer cannot write what it has read.
            error = e;
        }
        _channel.OnNotGiven(held, reader.Link, error);
    }

    private static void End(Link link, Closure closure)
    {
        if (closure.Ending.Kind is EndingKind.ReaderClosed or EndingKind.Aborted)
            link.Abort(closure.Error?.Message);
        else
            link.TryComplete(closure.Error);
    }

    /// <remarks>Goes on elsewhere in any case: whoever starts a link registers it after that.</remarks>
    private static async Task<bool> IsGreetedAsync(Link link)
    {
        await ((Task)link.Greeted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return link.Greeted.IsCompletedSuccessfully;
    }
}
