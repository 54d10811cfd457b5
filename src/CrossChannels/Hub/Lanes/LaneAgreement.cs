using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Hub;

/// <summary>The lane by which the items of one remote end of a channel go.</summary>
/// <param name="End">This end of it.</param>
/// <param name="IsFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
internal sealed record LaneAgreement(LaneEnd End, bool IsFenceShared)
{
    /// <summary>What a hub can do that uses the lane of a reader.</summary>
    public static ulong Features => HelloFeatures.Lanes | FenceFeature;

    private static ulong FenceFeature => OperatingSystem.IsLinux() && ProcessFence.IsAvailable ? HelloFeatures.ProcessFence : 0;

    /// <summary>Makes a lane for a writer that is to be let in and can use one, and greets it.</summary>
    /// <returns>Null where there is no lane; then the link greets.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    [SupportedOSPlatform("linux")]
    public static LaneAgreement? TryGreet(HubRequest request, LinkIdentity identity, LaneLayout layout, ConnectionOptions settings)
    {
        if (request.GreetWithLane is not { } greet || !IsOffered(request, identity, HelloFeatures.Lanes))
            return null;
        LaneEnd end;
        SafeFileHandle descriptor;
        try
        {
            if (!request.IsLaneAsked)
                SharedSegment.CheckUnasked();
            end = LaneEnd.Create(layout, out descriptor);
        }
        catch (Exception e) when (e is IOException or EntryPointNotFoundException)
        {
            Log.NoLane(settings.Logger, request.Peer.Endpoint, e.Message, request.IsLaneAsked);
            return null;
        }
        try
        {
            using (descriptor)
                greet((identity with { Features = Features | HelloFeatures.LaneIsHere }).Greeting(), descriptor);
            return new LaneAgreement(end, IsFenceOf(request));
        }
        catch
        {
            end.Dispose();
            throw;
        }
    }

    /// <summary>Takes the lane that a reader made which is to be let in.</summary>
    /// <param name="request">With the descriptor.</param>
    /// <param name="identity">Of this end.</param>
    /// <param name="elementSize">Bytes of an item of fixed size on the lane, or 0.</param>
    /// <param name="use">What it must be for.</param>
    /// <param name="fault">Why the lane that came cannot be used; null if it can, or none came.</param>
    [SupportedOSPlatform("linux")]
    public static LaneAgreement? TryTake(HubRequest request, LinkIdentity identity, int elementSize, LaneUse use, out string? fault)
    {
        fault = null;
        if (request.GreetWithLane is null || !IsOffered(request, identity, HelloFeatures.Lanes | HelloFeatures.LaneIsHere))
            return null;
        fault = request.IsLaneLost ? "The descriptor of the lane was lost: the hub's process has no room for one more." : "The greeting says that a lane came with it, and none did.";
        if (request.Lane is not { } descriptor)
            return null;
        try
        {
            LaneEnd end = LaneEnd.Open(descriptor);
            if (end.Layout.Use == use && end.Layout.ElementSize == elementSize)
            {
                fault = null;
                return new LaneAgreement(end, IsFenceOf(request));
            }
            end.Dispose();
            fault = $"The lane is one of {end.Layout.Use} with items of {end.Layout.ElementSize:N0} bytes, and the channel needs one of {use} with items of {elementSize:N0} bytes (0 for no fixed size).";
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            fault = $"The lane cannot be used: {e.Message}";
        }
        return null;
    }

    private static bool IsOffered(HubRequest request, LinkIdentity identity, ulong features) =>
        (request.Hello.Features & features) == features && identity.Refusal(LinkIdentity.Versions, request.Hello) is null;

    private static bool IsFenceOf(HubRequest request) => FenceFeature != 0 && (request.Hello.Features & HelloFeatures.ProcessFence) != 0;
}
