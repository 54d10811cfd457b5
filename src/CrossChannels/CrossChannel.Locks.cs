using CrossChannels.Channels;
using CrossChannels.Hub;
using CrossChannels.Links;

namespace CrossChannels;

/// <content>Locks with a name that several processes share.</content>
public static partial class CrossChannel
{
    /// <summary>Makes a lock that other processes open.</summary>
    /// <param name="address">Where, such as <c>gate</c>.</param>
    /// <param name="settings">Deadlines, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">Somebody listens there already, the place is not safe, or the settings do not allow it.</exception>
    public static Task<CrossLock> CreateLockAsync(ChannelAddress address, HubOptions? settings = null, CancellationToken cancellationToken = default) =>
        CreateOneAsync(address, settings, static (owner, name, close) => owner.CreateLock(name, close), cancellationToken);

    /// <summary>Opens a lock of another process; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a lock of a hub.</param>
    /// <param name="settings">Deadlines, security. An owner that requires keys requires both of a lock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">Nobody listened, or greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such lock, or the owner does not let this end in.</exception>
    public static async Task<CrossLock> OpenLockAsync(ChannelAddress address, ConnectionOptions? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var factory = new LinkChannelFactory<LockRequest, LockAnswer>(LockWire.OfEnd(settings ?? ConnectionOptions.Default), address.Channel, LinkRole.Lock);
        return new CrossLock(new RemoteLock(await factory.ConnectAsync(address, cancellationToken).ConfigureAwait(false)), address);
    }
}
