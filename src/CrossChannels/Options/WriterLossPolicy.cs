namespace CrossChannels;

/// <summary>What it means for a channel that an expected writer did not complete its part.</summary>
public enum WriterLossPolicy
{
    /// <summary>Readers drain, then fault with a <see cref="WritersLostException"/> that names them: truncated data never looks whole.</summary>
    Fault = 0,

    /// <summary>It counts as one that has left.</summary>
    Ignore = 1,
}
