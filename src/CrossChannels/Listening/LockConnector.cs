using CrossChannels.Channels;
using CrossChannels.Hub;
using CrossChannels.Links;

namespace CrossChannels;

/// <summary>Opens locks of a hub, for the façade and for whoever has a ticket.</summary>
internal static class LockConnector
{
    public static async Task<CrossLock> OpenAsync(ChannelAddress address, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        if (ChannelEngine.Of(address) is { } engine)
            return await engine.OpenAsync<CrossLock, NoItem>(address, null, cancellationToken).ConfigureAwait(false);
        var factory = new LinkChannelFactory<LockRequest, LockAnswer>(LockWire.OfEnd(connection ?? ConnectionOptions.Default), address.Channel, LinkRole.Lock);
        return new CrossLock(new RemoteLock(await factory.ConnectAsync(address, cancellationToken).ConfigureAwait(false)), address);
    }
}
