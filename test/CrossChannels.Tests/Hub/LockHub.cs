using CrossChannels.Channels;
using CrossChannels.Hub;
using CrossChannels.Links;

namespace CrossChannels.Tests.Hub;

/// <summary>A hub at a Unix socket of its own, with one lock named <c>gate</c>.</summary>
internal sealed class LockHub : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private LockHub(TempDirectory directory, ChannelHub hub)
    {
        _directory = directory;
        Hub = hub;
        Gate = hub.CreateLock("gate");
    }

    public ChannelHub Hub { get; }

    public CrossLock Gate { get; }

    public LockStatus Status => Hub.GetStatus().Locks.Single();

    public static async Task<LockHub> StartAsync(HubOptions? settings = null)
    {
        var directory = new TempDirectory();
        return new LockHub(directory, await ChannelHub.StartAsync(ChannelAddress.Unix(directory["x.sock"]), settings).Done());
    }

    public Task<CrossLock> OpenAsync(ConnectionOptions? settings = null) => CrossChannel.OpenLockAsync(Gate.Address, settings).Done();

    /// <summary>Opens the link of a lock and says and hears everything by itself.</summary>
    public async Task<DuplexChannel<LockRequest, LockAnswer>> OpenRawAsync() =>
        await new LinkChannelFactory<LockRequest, LockAnswer>(LockWire.OfEnd(ConnectionOptions.Default), "gate", LinkRole.Lock)
            .ConnectAsync(Gate.Address, CancellationToken.None).Done();

    /// <summary>So many requests wait.</summary>
    public Task Waiting(int count) => Wait.Until(() => Status.Waiters.Count == count, $"{count} requests wait");

    /// <summary>Nobody holds the lock or waits for it.</summary>
    public Task Free() => Wait.Until(() => Status is { Holder: null, Waiters.Count: 0 });

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync().Done();
        _directory.Dispose();
    }
}
