using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Hub;

/// <summary>The lane that a hub made for one remote writer, which has its descriptor with the hub's greeting.</summary>
/// <param name="End">This end of it.</param>
/// <param name="IsFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
internal sealed record LaneGift(LaneEnd End, bool IsFenceShared)
{
    /// <summary>Makes a lane for a writer that is to be let in and can use one, and greets it.</summary>
    /// <returns>Null where there is no lane; then the link greets.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    [SupportedOSPlatform("linux")]
    public static LaneGift? TryGreet(HubRequest request, LinkIdentity identity, LaneLayout layout, ConnectionOptions settings)
    {
        if (request.GreetWithLane is not { } greet || (request.Hello.Features & HelloFeatures.Lanes) == 0 || identity.Refusal(LinkIdentity.Versions, request.Hello) is not null)
            return null;
        LaneEnd end;
        SafeFileHandle descriptor;
        try
        {
            end = LaneEnd.Create(layout, out descriptor);
        }
        catch (Exception e) when (e is IOException or EntryPointNotFoundException)
        {
            Log.NoLane(settings.Logger, request.Peer.Endpoint, e.Message, isAsked: true);
            return null;
        }
        try
        {
            using (descriptor)
                greet((identity with { Features = HelloFeatures.Lanes | HelloFeatures.LaneIsHere | (ProcessFence.IsAvailable ? HelloFeatures.ProcessFence : 0) }).Greeting(), descriptor);
            return new LaneGift(end, ProcessFence.IsAvailable && (request.Hello.Features & HelloFeatures.ProcessFence) != 0);
        }
        catch
        {
            end.Dispose();
            throw;
        }
    }
}
