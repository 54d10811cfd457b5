namespace CrossChannels.Multiplexing.Tests;

[TestClass]
public sealed class PublicApiTests
{
    [TestMethod]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertApproved(typeof(ChannelMultiplexer).Assembly, "test/CrossChannels.Multiplexing.Tests/PublicApi.approved.txt");
}
