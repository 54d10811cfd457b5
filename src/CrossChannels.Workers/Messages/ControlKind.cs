namespace CrossChannels.Workers.Messages;

/// <summary>What the parent says over the control pipe: a length (4 bytes), a kind (1 byte), the rest.</summary>
internal enum ControlKind : byte
{
    /// <summary>Which method to run, with what.</summary>
    Start = 1,

    /// <summary>End now, in good order.</summary>
    Cancel = 2,
}
