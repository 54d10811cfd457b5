namespace CrossChannels.Nats.Tests;

[TestClass]
public sealed class PublicApiTests
{
    [TestMethod]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertApproved(typeof(NatsChannels).Assembly, "test/CrossChannels.Nats.Tests/PublicApi.approved.txt");
}
