using CrossChannels.Hub;

namespace CrossChannels;

/// <content>Makes locks.</content>
public sealed partial class ChannelHub
{
    /// <summary>Makes a lock; this process acquires it through what is returned, without a link.</summary>
    /// <param name="name">What others open as <c>address#name</c>, with <see cref="CrossChannel.OpenLockAsync"/>.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    public CrossLock CreateLock(string name) => CreateLock(name, CloseOneAsync);

    internal CrossLock CreateLock(string name, Func<HubObject, TimeSpan, ValueTask<long>> close)
    {
        ChannelAddress address = AddressOf(name);
        var made = new HubLock(name, Settings);
        _directory.Add(made);
        return new CrossLock(new OwnerLock(made, timeout => close(made, timeout)), address);
    }
}
