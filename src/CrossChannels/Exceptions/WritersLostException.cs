namespace CrossChannels;

/// <summary>Some of the expected writers never came, were killed, or left without completing, so items may be missing.</summary>
public sealed class WritersLostException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="lost">The writers that were killed, or left without completing.</param>
    /// <param name="missing">How many never came.</param>
    public WritersLostException(IReadOnlyList<string> lost, int missing)
        : base(EndingKind.WriterLeft, Describe(lost, missing))
    {
        Lost = lost;
        Missing = missing;
    }

    /// <summary>The writers that were killed, or left without completing.</summary>
    public IReadOnlyList<string> Lost { get; }

    /// <summary>How many never came.</summary>
    public int Missing { get; }

    private static string Describe(IReadOnlyList<string> lost, int missing)
    {
        string names = lost.Count == 0 ? "" : $" Lost: {string.Join(", ", lost)}.";
        string never = missing == 0 ? "" : $" Never came: {missing:N0}.";
        return $"Not every expected writer completed its part, so items may be missing.{names}{never} Call Complete() on each writer when everything is written.";
    }
}
