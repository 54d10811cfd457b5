using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrossChannels.Testing;

/// <summary>What a queued channel of a hub promises at one writer and one reader, wherever they are: the core of every channel, and what is beyond it.</summary>
public abstract partial class HubContract : ChannelCore, IDisposable
{
    private readonly TempDirectory _directory = new();

    private protected abstract bool IsWriterRemote { get; }

    private protected abstract bool IsReaderRemote { get; }

    /// <summary>The options of the hub, where a derived class has its own.</summary>
    private protected virtual HubOptions? HubOptionsOf(HubOptions? given) => given;

    /// <summary>The options of the connections of remote ends.</summary>
    private protected virtual ConnectionOptions? RemoteOptions() => null;

    private protected virtual ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);

    /// <summary>The ends that a test gets, where a derived class puts its own between.</summary>
    private protected virtual HubEnds<T> Between<T>(HubEnds<T> ends) => ends;

    private protected bool IsLocal => !IsWriterRemote && !IsReaderRemote;

    public void Dispose() => _directory.Dispose();

    internal async Task<HubEnds<T>> OpenHubAsync<T>(
        ChannelOptions? options = null, ItemOptions<T>? settings = null, HubOptions? hub = null, [CallerMemberName] string test = "")
    {
        hub = HubOptionsOf(hub);
        ChannelAddress address = NewAddress();
        SharedChannel<T> owner = options is UnboundedChannelOptions unbounded
            ? await CrossChannel.CreateUnboundedAsync(address, unbounded, null, settings, hub).Done("the owner", test)
            : await CrossChannel.CreateBoundedAsync(address, (BoundedChannelOptions?)options ?? new(1024), null, null, settings, hub).Done("the owner", test);
        return Between(await HubEnds<T>.OpenAsync(owner, IsWriterRemote, IsReaderRemote, test, RemoteOptions()));
    }

    internal override async Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        if (itemDropped is null)
            return (await OpenHubAsync<int>(options, test: test)).AsEnds();
        SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync(
            NewAddress(), (BoundedChannelOptions)options, itemDropped, hub: HubOptionsOf(null)).Done("the owner", test);
        return Between(await HubEnds<int>.OpenAsync(owner, IsWriterRemote, IsReaderRemote, test, RemoteOptions())).AsEnds();
    }

    /// <summary>Within the owner's process an error is itself; elsewhere a copy.</summary>
    internal override void AssertError(Exception expected, Exception? actual)
    {
        if (IsLocal)
        {
            Assert.AreSame(expected, actual);
            return;
        }
        RemoteChannelException remote = Assert.IsInstanceOfType<RemoteChannelException>(actual);
        Assert.AreEqual(expected.GetType().FullName, remote.RemoteTypeName);
        Assert.AreEqual(expected.Message, remote.RemoteMessage);
        Assert.AreEqual(EndingKind.Faulted, remote.Kind);
    }
}
