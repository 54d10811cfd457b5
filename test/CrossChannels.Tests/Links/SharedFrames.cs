using CrossChannels.Protocol;

namespace CrossChannels.Tests.Links;

/// <summary>The frames that only links of shared channels know.</summary>
internal static class SharedFrames
{
    public static readonly FrameType[] All =
    [
        FrameType.Want, FrameType.WantWithdrawn, FrameType.Revoke, FrameType.Revoked, FrameType.Report, FrameType.Reclaim, FrameType.Reclaimed,
        FrameType.Settle, FrameType.Settled, FrameType.Ended,
    ];

    public static byte[] Valid(FrameType type, long value = 0)
    {
        byte[] bytes = new byte[FrameHeader.Size + FrameLimits.ControlBytes];
        return bytes[..(type switch
        {
            FrameType.Reclaimed => new ReclaimedFrame(value, value).Write(bytes),
            FrameType.Settle => SettleFrame.Write(bytes, isAnswerWanted: true, [new SettleRange(value, 1, SettleOutcome.Completed)]),
            FrameType.Ended => new CompleteFrame(0, CompletionOutcome.Success, "", "").Write(bytes, type),
            _ => CounterFrame.Write(bytes, type, value),
        })];
    }
}
