using System.Runtime.Versioning;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Links;

/// <summary>Rents pages of a lane to the program that writes there. Each block keeps the lane mapped until it is given back or published.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RentDesk(LaneEnd lane, ILogger? logger) : IRentLender
{
    private readonly RankedLock _sync = new(LockRank.LaneRents);
    private readonly LaneRents _rents = new(lane.Segment, lane.Layout);

    /// <returns>Null if the lane has no pages left, or is not mapped any more.</returns>
    public RentedMemory? TryRent(int length, object writer)
    {
        bool isHeld = false;
        try
        {
            lane.Segment.DangerousAddRef(ref isHeld);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        int page;
        bool isRented;
        using (_sync.Enter())
            isRented = _rents.TryRent(length, out page);
        if (isRented)
            return new RentedMemory(this, _rents.At(page), page, length, writer, LossWatch.Start(logger, length));
        lane.Segment.DangerousRelease();
        return null;
    }

    public void Published(RentedMemory memory)
    {
        using (_sync.Enter())
            _rents.Published(memory.Page, memory.Length, memory.Number);
        lane.Segment.DangerousRelease();
    }

    public void GiveBack(RentedMemory memory)
    {
        using (_sync.Enter())
            _rents.GiveBack(memory.Page, memory.Length);
        lane.Segment.DangerousRelease();
    }
}
