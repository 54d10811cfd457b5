using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels.Transfer;

/// <summary>Ends that were opened at a hub: they move.</summary>
internal static partial class OpenedEnds
{
    public static CrossChannelReader<T> Reader<T>(LinkChannel<NoItem, T> channel, ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection)
    {
        channel.Reader.Origin = Of(channel, EndpointKind.Reader, new ReaderOpener<T>(), $"The reader of {address}", address, items, connection);
        channel.Reader.Address = address;
        return channel.Reader;
    }

    public static CrossChannelWriter<T> Writer<T>(LinkChannel<T, NoItem> channel, ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection)
    {
        channel.Writer.Origin = Of(channel, EndpointKind.Writer, new WriterOpener<T>(), $"The writer of {address}", address, items, connection);
        channel.Writer.Address = address;
        return channel.Writer;
    }

    public static LeasedReader<T> LeasedReader<T>(LinkChannel<NoItem, T> channel, ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection)
    {
        // Here, and not by the channel: every channel has code for a reader of leases then, and that of leases for one of leases of leases, without an end.
        var leases = new LinkLeases(channel.Link, (ItemReceiver)channel.Link.Receiver);
        var reader = new LeasedItemReader<T, LinkSource>(new LinkSource(channel.Handle), channel.ReadCodec, leases, leases.TryCompleteOldest);
        reader.Origin = Of(channel, EndpointKind.LeasedReader, new LeasedReaderOpener<T>(), $"The reader of leases of {address}", address, items, connection);
        reader.Address = address;
        return reader;
    }

    private static TransferOrigin Of<TWrite, TRead, T>(
        LinkChannel<TWrite, TRead> channel, EndpointKind kind, EndOpener opener, string name, ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection)
    {
        items ??= ItemOptions<T>.Default;
        connection ??= ConnectionOptions.Default;
        return new TransferOrigin((recipient, _) => MoveAsync(channel.Link, channel.Handle, name, Describe(recipient), recipient));

        TransferContent Describe(Recipient recipient)
        {
            OwnerEnds.CheckReachable(address);
            var described = TransferItems.Of(items, recipient);
            bool isWriter = kind == EndpointKind.Writer;
            return new TransferContent
            {
                Kind = kind,
                Opener = opener,
                Address = address.ToString(),
                Connection = connection with { Reconnect = null },
                Reads = isWriter ? null : described,
                Writes = isWriter ? described : null,
                ReadKey = isWriter ? default : connection.Key,
                WriteKey = isWriter ? connection.Key : default,
            };
        }
    }

    /// <summary>The end leaves in good order, which gives back what it has not read, and the other process opens its own.</summary>
    private static async ValueTask<TransferTicket> MoveAsync(Link link, LinkHandle handle, string name, TransferContent content, Recipient recipient)
    {
        bool isWriter = content.Kind == EndpointKind.Writer;
        CheckOpen(link, isWriter, name);
        var moved = new EndMovedException($"{name} was given to {recipient}, and can no longer be used here. Open another one, or give it away after its last use.");
        if (isWriter ? !link.Leave(moved) : !link.TryCloseReader(moved))
        {
            CheckOpen(link, isWriter, name);
            throw new InvalidOperationException($"{name} is over, and cannot be given to {recipient}.");
        }
        link.Done(isOut: isWriter);
        handle.Dispose();
        try
        {
            await link.Closed.WaitAsync(link.Settings.CloseTimeout, link.Settings.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A slow hub has what was accepted, and gives back what was unread when it gets to it.
        }
        return new TransferTicket(content);
    }

    private static void CheckOpen(Link link, bool isWriter, string name)
    {
        Closure? closure = isWriter ? link.Sender.Closure : link.Receiver.Closure;
        closure?.ThrowIfMoved();
        if (closure is not null)
            throw new InvalidOperationException($"{name} is over ({closure.Ending.Kind}): nothing is left to give. Give it before it ends.", closure.Error);
    }
}
