namespace CrossChannels.Hub;

/// <summary>How often the hub stopped looking at a lane, or had no room on it, and waited to be rung; and how often it was. Guarded by the channel's lock.</summary>
/// <param name="channel">Those of all lanes that the channel has had, which count these as well.</param>
internal sealed class LaneRests(LaneRests? channel = null)
{
    public long Parkings { get; private set; }

    public long Doorbells { get; private set; }

    /// <summary>The other end has rung as often as it was asked to.</summary>
    public bool IsRungInVain => Doorbells >= Parkings;

    public void Parked()
    {
        Parkings++;
        channel?.Parked();
    }

    public void Rung()
    {
        Doorbells++;
        channel?.Rung();
    }
}
