using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>A control frame that waits to be written.</summary>
internal readonly record struct OutFrame(FrameType Type, long Value = 0, byte Code = 0, string Text = "", string TypeName = "")
{
    /// <summary>The longest that a control frame gets, header included.</summary>
    public const int MaxSize = FrameHeader.Size + FrameLimits.ControlBytes;

    /// <summary>Frames that say that no item follows are written after the last item.</summary>
    public bool IsAfterItems => Type is FrameType.Complete or FrameType.SendFinished or FrameType.Goodbye;

    /// <summary>Whether it surely fits where a counter fits.</summary>
    public bool IsSmall => Type is not (FrameType.Complete or FrameType.Ended or FrameType.Refuse or FrameType.Abort or FrameType.ReceiveClosing);

    public int Write(Span<byte> bytes) => Type switch
    {
        FrameType.Complete or FrameType.Ended => new CompleteFrame(Value, (CompletionOutcome)Code, TypeName, Text).Write(bytes, Type),
        FrameType.Refuse or FrameType.Abort or FrameType.ReceiveClosing => new ReasonFrame((ReasonCode)Code, Text).Write(bytes, Type),
        _ => CounterFrame.Write(bytes, Type, Value),
    };
}
