using System.Threading.Channels;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>The library by the names that it had until 54f549b; see <c>Library.cs</c>.</summary>
internal static class Library
{
    public static async Task<Link<TWrite, TRead>> ConnectAsync<TWrite, TRead>(ChannelAddress address, LinkSetup<TWrite, TRead> setup) =>
        Of(await CrossChannel.ConnectAsync(address, Options(setup)));

    /// <summary>Listens, until the first is disposed.</summary>
    public static async Task<(IAsyncDisposable Listener, IAsyncEnumerable<Link<TWrite, TRead>> Accepted)> ListenAsync<TWrite, TRead>(
        ChannelAddress address, LinkSetup<TWrite, TRead> setup)
    {
        CrossChannelListener<TWrite, TRead> listener = await CrossChannel.ListenAsync(address, Options(setup));
        return (listener, listener.Accepted.ReadAllAsync().Select(Of));
    }

    /// <summary>Owns a channel of numbers; the owner reads.</summary>
    public static async Task<(IAsyncDisposable Channel, CrossChannelReader<long> Reader)> OwnAsync(ChannelAddress address, int capacity)
    {
        CrossChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>(address, capacity);
        return (channel, channel.Reader);
    }

    /// <summary>Owns a channel of a hub.</summary>
    public static (CrossChannelReader<long> Reader, CrossChannelWriter<long> Writer) Own(ChannelHub hub, string name, int capacity)
    {
        CrossChannel<long> channel = hub.CreateBounded<long>(name, capacity);
        return (channel.Reader, channel.Writer);
    }

    /// <summary>Has a hub hold a channel whose items it does not know.</summary>
    public static void Declare(ChannelHub hub, string name, ChannelOptions options, bool isLeased) =>
        hub.Declare(name, options, isLeased ? new LeaseSettings() : null);

    private static Link<TWrite, TRead> Of<TWrite, TRead>(CrossChannel<TWrite, TRead> channel) =>
        new(channel.Writer, channel.Reader, channel, channel.Abort);

    private static CrossChannelOptions<TWrite, TRead> Options<TWrite, TRead>(LinkSetup<TWrite, TRead> setup)
    {
        var defaults = new CrossChannelOptions<TWrite, TRead>();
        return new()
        {
            Reading = setup.Reading ?? defaults.Reading,
            WriteSettings = new() { Serializer = setup.WriteSerializer },
            ReadSettings = new() { Serializer = setup.ReadSerializer },
            Link = new() { MaxLinks = setup.MaxLinks ?? defaults.Link.MaxLinks },
        };
    }
}
