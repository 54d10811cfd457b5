using CrossChannels.MemoryPack;
using CrossChannels.MessagePack;

namespace CrossChannels.Serializers.Tests;

[TestClass]
public sealed class PublicApiTests
{
    [TestMethod]
    [DataRow(typeof(MemoryPackItems), "MemoryPack")]
    [DataRow(typeof(MessagePackItems), "MessagePack")]
    public void PublicApi_IsTheApprovedOne(Type type, string package) =>
        PublicApi.AssertApproved(type.Assembly, $"test/CrossChannels.Serializers.Tests/PublicApi.{package}.approved.txt");
}
