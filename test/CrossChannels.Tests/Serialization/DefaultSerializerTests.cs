using System.Buffers;
using System.Text.Json;

namespace CrossChannels.Tests.Serialization;

/// <summary>The serializer that a type has without settings, and addresses inside items.</summary>
[TestClass]
public sealed class DefaultSerializerTests
{
    [TestMethod]
    public void Default_KindsOfTypes_GoThereAndBack()
    {
        AssertRoundTrip(42, "raw");
        AssertRoundTrip("text", "text");
        AssertRoundTrip(new Errand(ChannelAddress.Parse("jobs#urgent"), [1, 2]), "json", errand => $"{errand.Where} {string.Join(',', errand.Numbers)}");
        AssertRoundTrip<byte[]>([1, 2, 3], "bytes", Convert.ToHexString);
    }

    [TestMethod]
    public void Default_TypeThatCannotCross_IsRefused() => Assert.ThrowsExactly<NotSupportedException>(() => ItemSerializer.Default<Stream>());

    [TestMethod]
    public void Default_Null_IsRefused() =>
        Assert.ThrowsExactly<ArgumentNullException>(() => ItemSerializer.Default<string>().Serialize(null!, new ArrayBufferWriter<byte>()));

    [TestMethod]
    public async Task Default_AsASetting_FitsAnEndWithoutOne()
    {
        ChannelAddress address = ChannelAddress.Memory($"default-{Guid.NewGuid():N}");
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync(
            address, 4, items: new ItemOptions<int> { Serializer = ItemSerializer.Default<int>() }).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(address).Done();
        await writer.WriteAsync(5).Done();
        Assert.AreEqual(5, await channel.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Address_InsideAnItem_Crosses()
    {
        (DuplexChannel<Errand, NoItem> near, DuplexChannel<NoItem, Errand> far) = CrossChannel.CreatePair<Errand, NoItem>();
        await using (near)
        await using (far)
        {
            await near.Writer.WriteAsync(new Errand("tcp://localhost:5000#results", [])).Done();
            Errand errand = await far.Reader.ReadAsync().Done();
            Assert.AreEqual(ChannelAddress.Parse("tcp://localhost:5000#results"), errand.Where);
        }
    }

    [TestMethod]
    [DataRow("5")]
    [DataRow("\"tcp://\"")]
    public void Address_ThatIsNone_IsAJsonError(string json) => Assert.ThrowsExactly<JsonException>(() => JsonSerializer.Deserialize<ChannelAddress>(json));

    private static void AssertRoundTrip<T>(T item, string contentType, Func<T, string>? show = null)
    {
        show ??= static shown => $"{shown}";
        IItemSerializer<T> serializer = ItemSerializer.Default<T>();
        StringAssert.Contains(serializer.ContentType, contentType);
        var bytes = new ArrayBufferWriter<byte>();
        serializer.Serialize(item, bytes);
        Assert.AreEqual(show(item), show(serializer.Deserialize(new ReadOnlySequence<byte>(bytes.WrittenMemory))));
    }

    private sealed record Errand(ChannelAddress Where, int[] Numbers);
}
