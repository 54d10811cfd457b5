using CrossChannels.MemoryPack;
using SerializedItems;
using First = SerializedItems.First;
using Second = SerializedItems.Second;

namespace CrossChannels.Serializers.Tests;

/// <summary>Items as MemoryPack: through links, in two versions, and bytes that no honest peer sends.</summary>
[TestClass]
public sealed class MemoryPackTests
{
    [TestMethod]
    public async Task Items_ArriveAsTheyWere()
    {
        (CrossChannelWriter<Packed> writer, CrossChannelReader<Packed> reader) = CrossChannel.CreatePipe(items: new ItemOptions<Packed>().UseMemoryPack());
        await writer.WriteAsync(new Packed(5, "näme", ["a", "b"], new() { ["x"] = 1 })).Done();
        await writer.WriteAsync(null!).Done();
        Packed item = await reader.ReadAsync().Done();
        Assert.AreEqual((5, "näme", "a,b", 1), (item.Id, item.Note, string.Join(',', item.Tags), item.Numbers["x"]));
        Assert.IsNull(await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Unions_ArriveAsWhatTheyAre()
    {
        (CrossChannelWriter<PackedShape> writer, CrossChannelReader<PackedShape> reader) = CrossChannel.CreatePipe(items: new ItemOptions<PackedShape>().UseMemoryPack());
        await writer.WriteAsync(new PackedSquare(2)).Done();
        Assert.AreEqual(new PackedSquare(2), await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task TwoVersions_AreRefusedWhenTheyMeet()
    {
        ChannelAddress address = ChannelAddress.Unique("memorypack-versions");
        await using SharedChannel<First.Item> channel = await CrossChannel.CreateBoundedAsync(address, 10, items: new ItemOptions<First.Item>().UseMemoryPack()).Done();
        LinkRefusedException e = await CrossChannel.OpenWriterAsync(address, new ItemOptions<Second.Item>().UseMemoryPack()).Fails<LinkRefusedException>();
        StringAssert.Contains(e.Message, new MemoryPackItemSerializer<First.Item>().ContentType);
        StringAssert.Contains(e.Message, new MemoryPackItemSerializer<Second.Item>().ContentType);
    }

    [TestMethod]
    public async Task VersionTolerantTypes_MeetInTwoVersions()
    {
        ChannelAddress address = ChannelAddress.Unique("memorypack-tolerant");
        var items = new ItemOptions<First.Tolerant>().UseMemoryPack();
        await using SharedChannel<First.Tolerant> channel = await CrossChannel.CreateBoundedAsync(address, 10, items: items).Done();
        var newer = new ItemOptions<Second.Tolerant>().UseMemoryPack();
        await using CrossChannelWriter<Second.Tolerant> writer = await CrossChannel.OpenWriterAsync(address, newer).Done();
        await writer.WriteAsync(new Second.Tolerant { Id = 7, Note = "more" }).Done();
        Assert.AreEqual(7, (await channel.Reader.ReadAsync().Done()).Id);
    }

    [TestMethod]
    public void Schema_HasTheMembersInOrder()
    {
        Assert.AreEqual("{Id:Int32;Part:{Left:Int32;Right:Int32;};}", MemoryPackSchema.Of(typeof(First.Item)).Text);
        Assert.AreNotEqual(MemoryPackSchema.Of(typeof(Packed)).Hash, MemoryPackSchema.Of(typeof(First.Item)).Hash);
        StringAssert.Contains(MemoryPackSchema.Of(typeof(PackedShape)).Text, "|1:");
        Assert.AreEqual("{VersionTolerant}", MemoryPackSchema.Of(typeof(First.Tolerant)).Text);
    }

    /// <summary>MemoryPack reads as deep as the bytes say, and a stack that overflows ends the process.</summary>
    [TestMethod]
    public void TypeThatContainsItself_IsRefused()
    {
        NotSupportedException e = Assert.ThrowsExactly<NotSupportedException>(static () => new MemoryPackItemSerializer<PackedNode>());
        StringAssert.Contains(e.Message, "contains itself");
        Assert.AreEqual("memorypack-trusted", new MemoryPackItemSerializer<PackedNode>("trusted").ContentType);
    }

    /// <summary>Each is an error of that item: the one behind it is read.</summary>
    [TestMethod]
    [DataRow("", DisplayName = "nothing")]
    [DataRow("FF", DisplayName = "null")]
    [DataRow("04", DisplayName = "no members")]
    [DataRow("0505000000", DisplayName = "too many members")]
    [DataRow("0405000000FFFFFF7F", DisplayName = "a text of two billion characters")]
    [DataRow("040500000000000000FFFFFF7F", DisplayName = "an array of two billion elements")]
    [DataRow("04050000000000000000000000FFFFFF7F", DisplayName = "a dictionary of two billion entries")]
    [DataRow("0405000000000000000000000000000000FF", DisplayName = "more than one item")]
    public async Task HostileBytes_AreThatItemsError(string hex) => await MessagePackTests.RefusesAsync(
        Convert.FromHexString(hex), new ItemOptions<Packed>().UseMemoryPack(), new Packed(1, "", [], []));

    [TestMethod]
    public async Task UnknownUnion_IsThatItemsError() => await MessagePackTests.RefusesAsync<PackedShape>(
        Convert.FromHexString("090100000000000000F03F"), new ItemOptions<PackedShape>().UseMemoryPack(), new PackedCircle(1));
}
