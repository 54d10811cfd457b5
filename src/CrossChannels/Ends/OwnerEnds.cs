using CrossChannels.Hub;

namespace CrossChannels.Ends;

/// <summary>Makes an owner's ends known as ends that can be shared.</summary>
internal static class OwnerEnds
{
    /// <summary>A shared channel and its two ends.</summary>
    public static void Share<T>(CrossChannel<T> channel, CrossChannelSettings<T> settings, LinkSettings link, GivenReaders readers)
    {
        ChannelAddress address = channel.Address;
        channel.Origin = Of(EndKind.Channel, address, settings, link, readers);
        channel.Reader.Origin = Of(EndKind.Reader, address, settings, link, readers);
        channel.Writer.Origin = Of(EndKind.Writer, address, settings, link);
    }

    /// <summary>A leased channel and its two ends.</summary>
    public static void Share<T>(LeasedChannel<T> channel, CrossChannelSettings<T> settings, LinkSettings link, GivenReaders readers)
    {
        ChannelAddress address = channel.Address;
        channel.Origin = Of(EndKind.LeasedChannel, address, settings, link, readers);
        channel.Reader.Origin = Of(EndKind.LeasedReader, address, settings, link, readers);
        channel.Writer.Origin = Of(EndKind.Writer, address, settings, link);
    }

    /// <summary>A channel that only this process can use, and why.</summary>
    public static void Refuse<T>(CrossChannel<T> channel, RefusedOrigin why) => channel.Origin = channel.Reader.Origin = channel.Writer.Origin = why;

    /// <summary>A lock, at its owner (<paramref name="isOwner"/>) or opened.</summary>
    public static SharedOrigin OfLock(ChannelAddress address, LinkSettings link, bool isOwner) => new(() =>
    {
        CheckReachable(address);
        ReadOnlyMemory<byte> key = link.Key;
        if (isOwner)
        {
            key = link.RequiredKeyToRead.IsEmpty ? link.RequiredKeyToWrite : link.RequiredKeyToRead;
            if (!link.RequiredKeyToWrite.IsEmpty && !key.Span.SequenceEqual(link.RequiredKeyToWrite.Span))
                throw new InvalidOperationException($"The lock at {address} asks for one key to read and another to write, and who opens it shows one: no other process can open it. Use the same for both.");
        }
        return new EndContent { Kind = EndKind.Lock, Address = address.ToString(), Link = EndLink.Of(link), ReadKey = EndLink.Key(key) };
    });

    /// <exception cref="InvalidOperationException">No other process gets there with what a ticket can say.</exception>
    public static void CheckReachable(ChannelAddress address)
    {
        if (address.Scheme == ChannelScheme.Memory)
            throw new InvalidOperationException($"{address} is within this process, so that no end of it can be given to another. Use a bare name, such as '{address.Name}', instead of 'mem:'.");
        if (address.Scheme == ChannelScheme.Tls)
            throw new InvalidOperationException($"{address} needs certificates, which a ticket does not carry. Give the address as a string, and open the end there with LinkSettings.Tls.");
    }

    private static SharedOrigin Of<T>(EndKind kind, ChannelAddress address, CrossChannelSettings<T> settings, LinkSettings link, GivenReaders? readers = null) => new(() =>
    {
        CheckReachable(address);
        var items = EndItems.Of(settings);
        return new EndContent
        {
            Kind = kind,
            Address = address.ToString(),
            Link = EndLink.Of(link),
            Reads = kind == EndKind.Writer ? null : items,
            Writes = kind is EndKind.Reader or EndKind.LeasedReader ? null : items,
            ReadKey = kind == EndKind.Writer ? null : EndLink.Key(link.RequiredKeyToRead),
            WriteKey = kind is EndKind.Reader or EndKind.LeasedReader ? null : EndLink.Key(link.RequiredKeyToWrite),
        };
    }, readers);
}
