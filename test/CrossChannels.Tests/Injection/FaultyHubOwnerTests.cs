namespace CrossChannels.Tests.Injection;

[TestClass]
public sealed class FaultyHubOwnerTests : HubContract
{
    private FaultPlan? _plan;

    public required TestContext TestContext { get; set; }

    private protected override bool IsWriterRemote => false;

    private protected override bool IsReaderRemote => false;

    private FaultPlan Plan => _plan ??= Faults.PlanOf(TestContext);

    private protected override HubOptions HubOptionsOf(HubOptions? given) => Faults.Add(Plan, given ?? new());

    private protected override ConnectionOptions? RemoteOptions() => Faults.Add(Plan, new ConnectionOptions());
}
