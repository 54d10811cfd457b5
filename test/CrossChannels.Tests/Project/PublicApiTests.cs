using CrossChannels.Workers;

namespace CrossChannels.Tests.Project;

[TestClass]
public sealed class PublicApiTests
{
    [TestMethod]
    [DataRow(typeof(CrossChannel), "PublicApi")]
    [DataRow(typeof(WorkerProcess), "PublicApi.Workers")]
    public void PublicApi_IsTheApprovedOne(Type type, string name) => PublicApi.AssertApproved(type.Assembly, $"test/CrossChannels.Tests/Project/{name}.approved.txt");
}
