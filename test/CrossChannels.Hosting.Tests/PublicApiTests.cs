namespace CrossChannels.Hosting.Tests;

[TestClass]
public sealed class PublicApiTests
{
    [TestMethod]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertApproved(typeof(ChannelEndOptions).Assembly, "test/CrossChannels.Hosting.Tests/PublicApi.approved.txt");
}
