using System.Runtime.Versioning;
using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels;

/// <summary>Greets over a connection that passes descriptors: sends the lane that this end reads, takes the one that the peer reads, and makes a link of both.</summary>
/// <remarks>
/// Each side's greeting says what it can do, and brings its lane. So both know after the greeting how items cross, and no time is lost; a peer
/// that knows no lanes never sees the descriptor.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class LaneGreeting
{
    /// <summary>Begins a link on a connection whose peer is trusted.</summary>
    /// <exception cref="ConnectionLostException">The connection broke, as it does with a hub that ends: whoever connects tries again.</exception>
    public static async Task<LinkChannel<TWrite, TRead>> StartAsync<TWrite, TRead>(
        LinkChannelFactory<TWrite, TRead> factory, LinkWire wire, DescriptorSocket socket, LaneWish wish, CancellationToken cancellationToken)
    {
        LaneEnd? incoming = null, outgoing = null;
        try
        {
            bool canUse = TrySend(factory, socket, wire.Peer, wish, out incoming);
            using ReceivedGreeting greeting = await ReceivedGreeting.ReadAsync(wire.Input, socket, cancellationToken).ConfigureAwait(false);
            ulong features = greeting.Hello?.Features ?? 0;
            if (!canUse || (features & HelloFeatures.Lanes) == 0)
            {
                incoming?.Dispose();
                if (canUse && greeting.Hello is not null)
                    Log.NoLane(factory.Settings.Logger, wire.Peer.Endpoint, "the other end does not offer it", wish == LaneWish.Asked);
                return factory.Start(greeting.Input, wire.Output, wire.Peer, null, null, isFenceShared: false);
            }
            if ((features & HelloFeatures.LaneIsHere) != 0 && typeof(TWrite) != typeof(NoItem) && TryOpen(greeting, factory.WrittenElementSize, factory.WritesShared, out outgoing) is { } fault)
            {
                incoming?.Dispose();
                return factory.RefuseLane(greeting.Input, wire.Output, wire.Peer, fault);
            }
            bool isFenceShared = ProcessFence.IsAvailable && (features & HelloFeatures.ProcessFence) != 0;
            return factory.Start(greeting.Input, wire.Output, wire.Peer, outgoing, incoming, isFenceShared);
        }
        catch (Exception e)
        {
            incoming?.Dispose();
            outgoing?.Dispose();
            if (e is IOException and not CrossChannelException)
                throw new ConnectionLostException($"The connection to {wire.Peer.Endpoint} broke before its peer had greeted: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Sends the greeting, with a lane where this end reads by one.</summary>
    /// <returns>Whether this end can use lanes.</returns>
    private static bool TrySend<TWrite, TRead>(LinkChannelFactory<TWrite, TRead> factory, DescriptorSocket socket, LinkPeer peer, LaneWish wish, out LaneEnd? incoming)
    {
        incoming = null;
        SafeFileHandle? descriptor = null;
        ulong features = 0;
        try
        {
            if (wish == LaneWish.IfPossible)
                SharedSegment.CheckUnasked();
            if (factory.Lane is { } layout)
            {
                incoming = LaneEnd.Create(layout, out descriptor);
                DescriptorReserve.Check(descriptor);
            }
            features = HelloFeatures.Lanes | (incoming is null ? 0 : HelloFeatures.LaneIsHere) | (ProcessFence.IsAvailable ? HelloFeatures.ProcessFence : 0);
        }
        catch (Exception e) when (e is IOException or EntryPointNotFoundException)
        {
            Log.NoLane(factory.Settings.Logger, peer.Endpoint, e.Message, wish == LaneWish.Asked);
            incoming?.Dispose();
            incoming = null;
            descriptor = null;
        }
        using (descriptor)
            socket.Send(factory.Greeting(features), descriptor is null ? [] : [descriptor]);
        return features != 0;
    }

    /// <summary>Maps the lane that came with the peer's greeting.</summary>
    /// <returns>Why it cannot be used; null if it can.</returns>
    private static string? TryOpen(ReceivedGreeting greeting, int elementSize, bool isShared, out LaneEnd? outgoing)
    {
        outgoing = null;
        if (greeting.Descriptors.Count == 0)
            return greeting.IsLost ? "The descriptor of the lane was lost: this process has no room for one more." : "The greeting says that a lane came with it, and none did.";
        try
        {
            LaneEnd opened = LaneEnd.Open(greeting.Descriptors[0]);
            if (opened.Layout.ElementSize == elementSize && opened.Layout.IsShared == isShared)
            {
                outgoing = opened;
                return null;
            }
            opened.Dispose();
            if (opened.Layout.IsShared != isShared)
                return isShared ? "The lane is not one of a writer of a shared channel." : "The lane is one of a writer of a shared channel, which this end is not.";
            return $"The lane is one of items of {opened.Layout.ElementSize:N0} bytes, and this end writes items of {elementSize:N0} bytes (0 for no fixed size).";
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return $"The lane cannot be used: {e.Message}";
        }
    }
}
