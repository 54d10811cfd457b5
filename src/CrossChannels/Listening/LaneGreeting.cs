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
    /// <exception cref="IOException">The connection is broken.</exception>
    public static async Task<LinkChannel<TWrite, TRead>> StartAsync<TWrite, TRead>(
        LinkChannelFactory<TWrite, TRead> factory, LinkWire wire, DescriptorSocket socket, CancellationToken cancellationToken)
    {
        LaneEnd? incoming = null, outgoing = null;
        SafeFileHandle? received = null;
        try
        {
            bool canUse = TrySend(factory, socket, wire.Peer, out incoming);
            byte[] bytes = new byte[Preamble.Size + Preamble.MaxHelloLength];
            int length = 0;
            bool isLost = false, hasEnded = false;
            Hello? hello = null;
            while (!hasEnded && !IsWhole(bytes.AsSpan(0, length), out hello))
            {
                (int count, SafeFileHandle? descriptor, bool wasLost) = await socket.ReceiveAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false);
                received ??= descriptor;
                if (!ReferenceEquals(received, descriptor))
                    descriptor?.Dispose();
                isLost |= wasLost;
                hasEnded = count == 0;
                length += count;
            }

            // What came is read again by the link, which judges it as it does everywhere.
            var input = new ReplayInput(bytes.AsMemory(0, length), wire.Input);
            ulong features = hello?.Features ?? 0;
            if (!canUse || (features & HelloFeatures.Lanes) == 0)
            {
                incoming?.Dispose();
                if (canUse && hello is not null)
                    Log.NoLane(factory.Settings.Logger, wire.Peer.Endpoint, "the other end does not offer it");
                return factory.Start(input, wire.Output, wire.Peer, null, null, isFenceShared: false);
            }
            if ((features & HelloFeatures.LaneIsHere) != 0 && typeof(TWrite) != typeof(NoItem) && TryOpen(received, isLost, factory.WrittenElementSize, factory.WritesShared, out outgoing) is { } fault)
            {
                incoming?.Dispose();
                return factory.RefuseLane(input, wire.Output, wire.Peer, fault);
            }
            bool isFenceShared = ProcessFence.IsAvailable && (features & HelloFeatures.ProcessFence) != 0;
            return factory.Start(input, wire.Output, wire.Peer, outgoing, incoming, isFenceShared);
        }
        catch
        {
            incoming?.Dispose();
            outgoing?.Dispose();
            throw;
        }
        finally
        {
            received?.Dispose();
        }
    }

    /// <summary>Sends the greeting, with a lane where this end reads by one.</summary>
    /// <returns>Whether this end can use lanes.</returns>
    private static bool TrySend<TWrite, TRead>(LinkChannelFactory<TWrite, TRead> factory, DescriptorSocket socket, LinkPeer peer, out LaneEnd? incoming)
    {
        incoming = null;
        SafeFileHandle? descriptor = null;
        ulong features = 0;
        try
        {
            if (factory.Lane is { } layout)
                incoming = LaneEnd.Create(layout, out descriptor);
            features = HelloFeatures.Lanes | (incoming is null ? 0 : HelloFeatures.LaneIsHere) | (ProcessFence.IsAvailable ? HelloFeatures.ProcessFence : 0);
        }
        catch (Exception e) when (e is IOException or EntryPointNotFoundException)
        {
            Log.NoLane(factory.Settings.Logger, peer.Endpoint, e.Message);
        }
        using (descriptor)
            socket.Send(factory.Greeting(features), descriptor);
        return features != 0;
    }

    /// <summary>Maps the lane that came with the peer's greeting.</summary>
    /// <returns>Why it cannot be used; null if it can.</returns>
    private static string? TryOpen(SafeFileHandle? descriptor, bool isLost, int elementSize, bool isShared, out LaneEnd? outgoing)
    {
        outgoing = null;
        if (descriptor is null)
            return isLost ? "The descriptor of the lane was lost: this process has no room for one more." : "The greeting says that a lane came with it, and none did.";
        try
        {
            LaneEnd opened = LaneEnd.Open(descriptor);
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

    /// <summary>Whether enough is here to know what the peer can do, or to know that it is not a correct one.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> bytes, out Hello? hello)
    {
        hello = null;
        try
        {
            if (!Preamble.TryRead(bytes, out Preamble preamble))
                return false;
            if (Preamble.Common(LinkIdentity.Versions, preamble) == 0)
                return true;
            if (bytes.Length < Preamble.Size + preamble.HelloLength)
                return false;
            hello = Hello.Read(bytes.Slice(Preamble.Size, preamble.HelloLength));
        }
        catch (MalformedFrameException)
        {
            // The link finds the same, and says it to the peer.
        }
        return true;
    }
}
