namespace CrossChannels.Protocol;

/// <summary>What a frame says. The values are the bytes on the wire; the gaps are kept for channels shared through a hub.</summary>
internal enum FrameType : byte
{
    Welcome = 0x01,
    Refuse = 0x02,

    Items = 0x10,
    Credit = 0x11,

    Flush = 0x20,
    Received = 0x21,
    Join = 0x22,
    Joined = 0x23,

    Complete = 0x30,
    SendFinished = 0x31,
    ReceiveClosing = 0x32,
    ReceiveFinished = 0x33,

    Abort = 0x40,
    Ping = 0x41,
    Pong = 0x42,
    Goodbye = 0x43,
}
