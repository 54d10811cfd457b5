using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrossChannels.Testing;

/// <summary>What a channel over any link promises: the core of every channel, and what is said of links only.</summary>
public abstract partial class ChannelContract : DroppingChannelCore
{
    /// <summary>What a writer accepts is at the other end at once, so that nothing accepted is ever unsent.</summary>
    internal virtual bool IsAcceptedReceived => false;

    /// <summary>Both ends of a new link, which have greeted.</summary>
    internal abstract Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second);

    internal async Task<LinkEnds<T1, T2>> OpenAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first = null, DuplexChannelOptions<T2, T1>? second = null, [CallerMemberName] string test = "")
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = await ConnectAsync(first, second).Done("the link", test);
        return new LinkEnds<T1, T2>(one, two, test);
    }

    /// <summary>A link that is used in one direction.</summary>
    internal Task<LinkEnds<T, NoItem>> OpenOneWayAsync<T>(
        ChannelOptions? reading = null, ItemOptions<T>? readSettings = null, ItemOptions<T>? writeSettings = null,
        ConnectionOptions? link = null, long? maxUnreadBytes = null, Action<T>? itemDropped = null, [CallerMemberName] string test = "") =>
        OpenAsync(
            new DuplexChannelOptions<T, NoItem> { WriteItems = writeSettings ?? new(), Connection = link ?? new() },
            new DuplexChannelOptions<NoItem, T>
            {
                Reading = reading ?? new BoundedChannelOptions(1024),
                ReadItems = readSettings ?? new(),
                ItemDropped = itemDropped,
                Connection = maxUnreadBytes is { } unread ? (link ?? new()) with { MaxUnreadBytes = unread } : link ?? new(),
            },
            test);

    internal override async Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        LinkEnds<int, NoItem> ends = await OpenOneWayAsync(options, itemDropped: itemDropped, test: test);
        return new Ends<int>(ends.Writer, ends.Reader, ends);
    }

    internal override void AssertError(Exception expected, Exception? actual)
    {
        RemoteChannelException remote = Assert.IsInstanceOfType<RemoteChannelException>(actual);
        Assert.AreEqual(expected.GetType().FullName, remote.RemoteTypeName);
        Assert.AreEqual(expected.Message, remote.RemoteMessage);
        Assert.AreEqual(EndingKind.Faulted, remote.Kind);
        StringAssert.Contains(remote.Message, expected.Message);
    }

    /// <summary>Connects by way of a listener, which is gone when both ends are there.</summary>
    internal static async Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        ChannelAddress address, DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        await using DuplexChannelListener<T2, T1> listener = await CrossChannel.ListenAsync(address, second).Done();
        Task<DuplexChannel<T1, T2>> connecting = CrossChannel.ConnectAsync(listener.Address, first);
        DuplexChannel<T2, T1> accepted = await listener.AcceptAsync().Done();
        return (await connecting.Done(), accepted);
    }

    /// <summary>Waits until both ends of a link made over streams have greeted.</summary>
    internal static async Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> GreetAsync<T1, T2>(
        DuplexChannel<T1, T2> first, DuplexChannel<T2, T1> second)
    {
        await Task.WhenAll(first.WaitForPeerAsync(), second.WaitForPeerAsync()).Done();
        return (first, second);
    }
}
