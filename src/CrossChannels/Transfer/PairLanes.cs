using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Transfer;

/// <summary>What one end of a pair has to know for lanes.</summary>
/// <param name="Reads">The lane that it reads; null where its items always come over the connection.</param>
/// <param name="Writes">The lane that the other end reads; null likewise.</param>
internal sealed record PairLaneTerms(LaneLayout? Reads, LaneLayout? Writes)
{
    /// <summary>The terms of an end; null where its options, or the system, have no shared memory.</summary>
    public static PairLaneTerms? Of(ConnectionOptions settings, LaneLayout? reads, LaneLayout? writes) =>
        settings.MayUseLanes && (reads ?? writes) is not null
            ? new PairLaneTerms(reads, writes)
            : null;
}

/// <summary>The lanes between the two ends of a pair. The end that connects makes both, so that the other, which answers second, can still say no.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PairLanes(LaneEnd? outgoing, LaneEnd? incoming) : IDisposable
{
    /// <summary>What the greeting of the end that made them says.</summary>
    public ulong Features => Answer | (incoming is null ? 0 : HelloFeatures.LaneIsHere) | (outgoing is null ? 0 : HelloFeatures.PeerLaneIsHere);

    /// <summary>What the greeting of the end that takes them says.</summary>
    public static ulong Answer => HelloFeatures.Lanes | (ProcessFence.IsAvailable ? HelloFeatures.ProcessFence : 0);

    /// <summary>Makes them.</summary>
    /// <param name="terms">Of this end.</param>
    /// <param name="settings">For the log.</param>
    /// <param name="peer">For the log.</param>
    /// <param name="descriptors">Go with the greeting; the caller closes them.</param>
    /// <returns>Null, with a word in the log, if they cannot be had.</returns>
    public static PairLanes? TryMake(PairLaneTerms terms, ConnectionOptions settings, LinkPeer peer, out SafeFileHandle[] descriptors)
    {
        LaneEnd? incoming = null, outgoing = null;
        SafeFileHandle? own = null, other = null;
        try
        {
            SharedSegment.CheckUnasked();
            if (terms.Reads is { } reads)
                incoming = LaneEnd.Create(reads, out own);
            if (terms.Writes is { } writes)
                outgoing = LaneEnd.Create(writes, out other);
            descriptors = [.. new[] { own, other }.OfType<SafeFileHandle>()];
            foreach (SafeFileHandle descriptor in descriptors)
                DescriptorReserve.Check(descriptor);
            return new PairLanes(outgoing, incoming);
        }
        catch (Exception e) when (e is IOException or EntryPointNotFoundException)
        {
            Log.NoLane(settings.Logger, peer.Endpoint, e.Message, isAsked: false);
            incoming?.Dispose();
            outgoing?.Dispose();
            own?.Dispose();
            other?.Dispose();
            descriptors = [];
            return null;
        }
    }

    /// <summary>Maps those that came with the other end's greeting.</summary>
    /// <param name="terms">Of this end.</param>
    /// <param name="settings">For the log.</param>
    /// <param name="peer">For the log.</param>
    /// <param name="greeting">What came.</param>
    /// <returns>Null if none came, or, with a word in the log, if they cannot be used.</returns>
    public static PairLanes? TryOpen(PairLaneTerms terms, ConnectionOptions settings, LinkPeer peer, ReceivedGreeting greeting)
    {
        ulong features = greeting.Hello!.Features;
        if ((features & HelloFeatures.Lanes) == 0)
            return null;
        LaneEnd? incoming = null, outgoing = null;
        try
        {
            // What is its own lane is this end's other one.
            bool isOutgoingHere = (features & HelloFeatures.LaneIsHere) != 0, isIncomingHere = (features & HelloFeatures.PeerLaneIsHere) != 0;
            if (greeting.Descriptors.Count != (isOutgoingHere ? 1 : 0) + (isIncomingHere ? 1 : 0))
                throw new IOException(greeting.IsLost ? "the descriptors of the lanes were lost: this process has no room for more" : "the lanes that the greeting tells of did not come with it");
            if (isOutgoingHere)
                outgoing = LaneEnd.Open(greeting.Descriptors[0]);
            if (isIncomingHere)
                incoming = LaneEnd.Open(greeting.Descriptors[^1]);
            if (incoming?.Layout != terms.Reads || outgoing?.Layout.ElementSize != terms.Writes?.ElementSize || outgoing is { Layout.IsShared: true })
                throw new InvalidDataException("the lanes are not those that the pair was made for");
            return new PairLanes(outgoing, incoming);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Log.NoLane(settings.Logger, peer.Endpoint, e.Message, isAsked: false);
            incoming?.Dispose();
            outgoing?.Dispose();
            return null;
        }
    }

    /// <summary>Has a link go over to them, which owns them from then on.</summary>
    /// <param name="link">Not started yet.</param>
    /// <param name="features">What the other end's greeting says.</param>
    /// <returns>False if it cannot; its items go over the connection.</returns>
    public bool TryGive(Link link, ulong features) =>
        link.TryUse(outgoing, incoming, isFenceShared: ProcessFence.IsAvailable && (features & HelloFeatures.ProcessFence) != 0);

    public void Dispose()
    {
        outgoing?.Dispose();
        incoming?.Dispose();
    }
}
