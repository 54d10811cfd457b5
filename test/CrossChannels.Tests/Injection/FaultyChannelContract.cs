namespace CrossChannels.Tests.Injection;

/// <summary>The whole contract of a link, whose ends have a logger and a clock that throw and block: nothing of what is promised changes.</summary>
public abstract class FaultyChannelContract : ChannelContract
{
    private FaultPlan? _plan;

    public required TestContext TestContext { get; set; }

    private FaultPlan Plan => _plan ??= Faults.PlanOf(TestContext);

    [TestCleanup]
    public void AssertNoLockWasHeld() => Plan.AssertNoLockWasHeld();

    /// <summary>The same options with a logger and a clock that fail as planned.</summary>
    internal DuplexChannelOptions<TWrite, TRead> WithFaults<TWrite, TRead>(DuplexChannelOptions<TWrite, TRead>? options) =>
        Faults.Add(Plan, options ?? new());
}
