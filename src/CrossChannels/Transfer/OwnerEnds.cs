using CrossChannels.Hub;

namespace CrossChannels.Transfer;

/// <summary>An owner's ends: they can be shared.</summary>
internal static class OwnerEnds
{
    /// <summary>A shared channel and its two ends.</summary>
    public static void Share<T>(SharedChannel<T> channel, ItemOptions<T> items, ConnectionOptions connection, ExpectedReaders readers)
    {
        ChannelAddress address = channel.Reader.Address = channel.Writer.Address = channel.Address;
        channel.Origin = Of(EndpointKind.Channel, new OpenedEnds.ChannelOpener<T>(), address, items, connection, readers);
        channel.Reader.Origin = Of(EndpointKind.Reader, new OpenedEnds.ReaderOpener<T>(), address, items, connection, readers);
        channel.Writer.Origin = Of(EndpointKind.Writer, new OpenedEnds.WriterOpener<T>(), address, items, connection);
    }

    /// <summary>A leased channel and its two ends.</summary>
    public static void Share<T>(LeasedChannel<T> channel, ItemOptions<T> items, ConnectionOptions connection, ExpectedReaders readers)
    {
        ChannelAddress address = channel.Reader.Address = channel.Writer.Address = channel.Address;
        channel.Origin = Of(EndpointKind.LeasedChannel, new OpenedEnds.LeasedChannelOpener<T>(), address, items, connection, readers);
        channel.Reader.Origin = Of(EndpointKind.LeasedReader, new OpenedEnds.LeasedReaderOpener<T>(), address, items, connection, readers);
        channel.Writer.Origin = Of(EndpointKind.Writer, new OpenedEnds.WriterOpener<T>(), address, items, connection);
    }

    /// <summary>A channel that only this process can use, and why.</summary>
    public static void Refuse<T>(SharedChannel<T> channel, TransferOrigin why)
    {
        channel.Reader.Address = channel.Writer.Address = channel.Address;
        channel.Origin = channel.Reader.Origin = channel.Writer.Origin = why;
    }

    /// <exception cref="InvalidOperationException">No other process gets there with what a ticket can say.</exception>
    public static void CheckReachable(ChannelAddress address)
    {
        if (address.Scheme == ChannelScheme.Memory)
            throw new InvalidOperationException($"{address} is within this process: no end of it can be given to another. Use a bare name, such as '{address.Name}', instead of 'mem:'.");
        if (address.Scheme == ChannelScheme.Nats)
            throw new InvalidOperationException($"{address} is on a server, where every process opens an end of its own: give its name as a string.");
        if (address.Scheme == ChannelScheme.Tls)
            throw new InvalidOperationException($"{address} needs certificates, which a ticket does not carry. Give the address as a string, and open the end there with ConnectionOptions.Tls.");
    }

    /// <summary>The other process shows the keys, and requires none.</summary>
    public static ConnectionOptions Opener(ConnectionOptions connection) => connection with { RequiredKeyToRead = default, RequiredKeyToWrite = default };

    private static TransferOrigin Of<T>(
        EndpointKind kind, EndOpener opener, ChannelAddress address, ItemOptions<T> items, ConnectionOptions connection, ExpectedReaders? readers = null) => TransferOrigin.Shared(recipient =>
    {
        CheckReachable(address);
        var described = TransferItems.Of(items, recipient);
        return new TransferContent
        {
            Kind = kind,
            Opener = opener,
            Address = address.ToString(),
            Connection = Opener(connection),
            Reads = kind == EndpointKind.Writer ? null : described,
            Writes = kind is EndpointKind.Reader or EndpointKind.LeasedReader ? null : described,
            ReadKey = kind == EndpointKind.Writer ? default : connection.RequiredKeyToRead,
            WriteKey = kind is EndpointKind.Reader or EndpointKind.LeasedReader ? default : connection.RequiredKeyToWrite,
        };
    }, readers);
}
