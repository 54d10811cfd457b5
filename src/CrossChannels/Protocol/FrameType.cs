namespace CrossChannels.Protocol;

/// <summary>What a frame says. The values are the bytes on the wire.</summary>
internal enum FrameType : byte
{
    Welcome = 0x01,
    Refuse = 0x02,

    Items = 0x10,
    Credit = 0x11,
    Want = 0x12,
    WantWithdrawn = 0x13,
    Revoke = 0x14,
    Revoked = 0x15,
    Doorbell = 0x16,

    Flush = 0x20,
    Received = 0x21,
    Join = 0x22,
    Joined = 0x23,
    Report = 0x24,
    Reclaim = 0x25,
    Reclaimed = 0x26,
    Settle = 0x27,
    Settled = 0x28,

    Complete = 0x30,
    SendFinished = 0x31,
    ReceiveClosing = 0x32,
    ReceiveFinished = 0x33,
    Ended = 0x34,

    Abort = 0x40,
    Ping = 0x41,
    Pong = 0x42,
    Goodbye = 0x43,
}
