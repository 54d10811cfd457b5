using CrossChannels.Hub;

namespace CrossChannels.Transfer;

/// <summary>Makes an owner's ends known as ends that can be shared.</summary>
internal static class OwnerEnds
{
    /// <summary>A shared channel and its two ends.</summary>
    public static void Share<T>(SharedChannel<T> channel, ItemOptions<T> settings, ConnectionOptions link, GivenReaders readers)
    {
        ChannelAddress address = channel.Address;
        channel.Origin = Of(EndpointKind.Channel, address, settings, link, readers);
        channel.Reader.Origin = Of(EndpointKind.Reader, address, settings, link, readers);
        channel.Writer.Origin = Of(EndpointKind.Writer, address, settings, link);
    }

    /// <summary>A leased channel and its two ends.</summary>
    public static void Share<T>(LeasedChannel<T> channel, ItemOptions<T> settings, ConnectionOptions link, GivenReaders readers)
    {
        ChannelAddress address = channel.Address;
        channel.Origin = Of(EndpointKind.LeasedChannel, address, settings, link, readers);
        channel.Reader.Origin = Of(EndpointKind.LeasedReader, address, settings, link, readers);
        channel.Writer.Origin = Of(EndpointKind.Writer, address, settings, link);
    }

    /// <summary>A channel that only this process can use, and why.</summary>
    public static void Refuse<T>(SharedChannel<T> channel, RefusedOrigin why) => channel.Origin = channel.Reader.Origin = channel.Writer.Origin = why;

    /// <summary>A lock, at its owner (<paramref name="isOwner"/>) or opened.</summary>
    public static SharedOrigin OfLock(ChannelAddress address, ConnectionOptions link, bool isOwner) => new(() =>
    {
        CheckReachable(address);
        ReadOnlyMemory<byte> key = link.Key;
        if (isOwner)
        {
            key = link.RequiredKeyToRead.IsEmpty ? link.RequiredKeyToWrite : link.RequiredKeyToRead;
            if (!link.RequiredKeyToWrite.IsEmpty && !key.Span.SequenceEqual(link.RequiredKeyToWrite.Span))
                throw new InvalidOperationException($"The lock at {address} asks for one key to read and another to write, and who opens it shows one: no other process can open it. Use the same for both.");
        }
        return new TransferContent { Kind = EndpointKind.Lock, Address = address.ToString(), Link = TransferLink.Of(link), ReadKey = TransferLink.Key(key) };
    });

    /// <exception cref="InvalidOperationException">No other process gets there with what a ticket can say.</exception>
    public static void CheckReachable(ChannelAddress address)
    {
        if (address.Scheme == ChannelScheme.Memory)
            throw new InvalidOperationException($"{address} is within this process, so that no end of it can be given to another. Use a bare name, such as '{address.Name}', instead of 'mem:'.");
        if (address.Scheme == ChannelScheme.Tls)
            throw new InvalidOperationException($"{address} needs certificates, which a ticket does not carry. Give the address as a string, and open the end there with ConnectionOptions.Tls.");
    }

    private static SharedOrigin Of<T>(EndpointKind kind, ChannelAddress address, ItemOptions<T> settings, ConnectionOptions link, GivenReaders? readers = null) => new(() =>
    {
        CheckReachable(address);
        var items = TransferItems.Of(settings);
        return new TransferContent
        {
            Kind = kind,
            Address = address.ToString(),
            Link = TransferLink.Of(link),
            Reads = kind == EndpointKind.Writer ? null : items,
            Writes = kind is EndpointKind.Reader or EndpointKind.LeasedReader ? null : items,
            ReadKey = kind == EndpointKind.Writer ? null : TransferLink.Key(link.RequiredKeyToRead),
            WriteKey = kind is EndpointKind.Reader or EndpointKind.LeasedReader ? null : TransferLink.Key(link.RequiredKeyToWrite),
        };
    }, readers);
}
