namespace CrossChannels.Hub;

/// <summary>Who completes a channel that several writers share, and with what. Guarded by the channel's lock.</summary>
internal sealed class CompletionDecision(CompletionPolicy policy)
{
    private readonly List<string> _lost = [];
    private int _arrived;
    private int _open;
    private bool _isLate;
    private bool _isLeftOpenTold;

    /// <summary>Nothing more is accepted; what was accepted before still counts.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>What readers fault with; null for a clean end.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The owner completes, which ends the channel under every rule.</summary>
    /// <returns>Whether this decides the end.</returns>
    public bool TryCompleteByOwner(Exception? error) => Decide(error);

    /// <summary>A remote writer has greeted.</summary>
    public void WriterArrived()
    {
        _arrived++;
        _open++;
    }

    /// <summary>A remote writer that had arrived sends nothing more; called once for each.</summary>
    /// <param name="name">For the message that names those that were lost.</param>
    /// <param name="how">Completed, faulted, left, or anything else, which counts as lost.</param>
    /// <param name="error">With which it faulted.</param>
    /// <returns>Whether this decides the end.</returns>
    public bool WriterDone(string name, EndingKind how, Exception? error)
    {
        _open--;
        bool isCompleted = how is EndingKind.Completed or EndingKind.Faulted;
        if (!isCompleted)
            _lost.Add(error is ConnectionLostException { ExitCode: { } code } ? $"{name} (exit code {code})" : name);
        return policy.Rule switch
        {
            CompletionRule.AnyWriter => isCompleted && Decide(error),
            // Not every part will be whole, and nothing that still comes changes that.
            CompletionRule.LastWriter when how == EndingKind.Faulted => Decide(error),
            CompletionRule.LastWriter => DecideIfLast(),
            _ => false,
        };
    }

    /// <summary>No more of the expected writers are waited for. Those that are here may still finish.</summary>
    /// <returns>Whether this decides the end.</returns>
    public bool ArrivalTimedOut()
    {
        if (policy.Rule != CompletionRule.LastWriter)
            return false;
        _isLate = true;
        return DecideIfLast();
    }

    /// <summary>All writers have left, and none completed what one of them was to complete; true once, since others may still come.</summary>
    public bool TakeLeftOpen()
    {
        if (_isLeftOpenTold || IsDecided || policy.Rule != CompletionRule.AnyWriter || _open > 0)
            return false;
        return _isLeftOpenTold = true;
    }

    private bool DecideIfLast()
    {
        int missing = Math.Max(0, policy.ExpectedWriters - _arrived);
        if (_open > 0 || (missing > 0 && !_isLate))
            return false;
        bool isWhole = (missing == 0 && _lost.Count == 0) || policy.WriterLossPolicy == WriterLossPolicy.Ignore;
        return Decide(isWhole ? null : new WritersLostException([.. _lost], missing));
    }

    private bool Decide(Exception? error)
    {
        if (IsDecided)
            return false;
        IsDecided = true;
        Error = error;
        return true;
    }
}
