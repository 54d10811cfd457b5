using System.Threading.Channels;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>
/// What the parts call by names that have changed since the oldest version that a comparison takes. This file has today's names;
/// <c>Library.Before.cs</c> has those of before and is compiled in its place where the compared library has them.
/// </summary>
internal static class Library
{
    public static async Task<Link<TWrite, TRead>> ConnectAsync<TWrite, TRead>(ChannelAddress address, LinkSetup<TWrite, TRead> setup) =>
        Of(await CrossChannel.ConnectAsync(address, Options(setup)));

    /// <summary>Listens, until the first is disposed.</summary>
    public static async Task<(IAsyncDisposable Listener, IAsyncEnumerable<Link<TWrite, TRead>> Accepted)> ListenAsync<TWrite, TRead>(
        ChannelAddress address, LinkSetup<TWrite, TRead> setup)
    {
        DuplexChannelListener<TWrite, TRead> listener = await CrossChannel.ListenAsync(address, Options(setup));
        return (listener, listener.Accepted.ReadAllAsync().Select(Of));
    }

    /// <summary>Owns a channel of numbers; the owner reads.</summary>
    public static async Task<(IAsyncDisposable Channel, CrossChannelReader<long> Reader)> OwnAsync(ChannelAddress address, int capacity)
    {
        SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>(address, capacity);
        return (channel, channel.Reader);
    }

    /// <summary>Owns a channel of a hub.</summary>
    public static (CrossChannelReader<long> Reader, CrossChannelWriter<long> Writer) Own(ChannelHub hub, string name, int capacity)
    {
        SharedChannel<long> channel = hub.CreateBounded<long>(name, capacity);
        return (channel.Reader, channel.Writer);
    }

    /// <summary>Has a hub hold a channel whose items it does not know.</summary>
    public static void Declare(ChannelHub hub, string name, ChannelOptions options, bool isLeased) =>
        hub.Declare(name, options, isLeased ? new LeaseOptions() : null);

    private static Link<TWrite, TRead> Of<TWrite, TRead>(DuplexChannel<TWrite, TRead> channel) =>
        new(channel.Writer, channel.Reader, channel, channel.Abort);

    private static DuplexChannelOptions<TWrite, TRead> Options<TWrite, TRead>(LinkSetup<TWrite, TRead> setup)
    {
        var defaults = new DuplexChannelOptions<TWrite, TRead>();
        return new()
        {
            Reading = setup.Reading ?? defaults.Reading,
            WriteItems = new() { Serializer = setup.WriteSerializer },
            ReadItems = new() { Serializer = setup.ReadSerializer },
            Connection = new() { MaxLinks = setup.MaxLinks ?? defaults.Connection.MaxLinks },
        };
    }
}
