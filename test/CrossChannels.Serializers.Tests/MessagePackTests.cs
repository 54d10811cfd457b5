using System.Buffers;
using CrossChannels.MessagePack;
using Nerdbank.MessagePack;
using SerializedItems;

namespace CrossChannels.Serializers.Tests;

/// <summary>Items as MessagePack, through links, and bytes that no honest peer sends.</summary>
[TestClass]
public sealed class MessagePackTests
{
    [TestMethod]
    public async Task Items_ArriveAsTheyWere()
    {
        (CrossChannelWriter<Job> writer, CrossChannelReader<Job> reader) = CrossChannel.CreatePipe(items: new ItemOptions<Job>().UseMessagePack());
        await writer.WriteAsync(new Job(5, "näme", ["a", "b"], new() { ["x"] = 1 })).Done();
        await writer.WriteAsync(null!).Done();
        Job job = await reader.ReadAsync().Done();
        Assert.AreEqual((5, "näme", "a,b", 1), (job.Id, job.Note, string.Join(',', job.Tags), job.Numbers["x"]));
        Assert.IsNull(await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Unions_ArriveAsWhatTheyAre()
    {
        (CrossChannelWriter<Shape> writer, CrossChannelReader<Shape> reader) = CrossChannel.CreatePipe(items: new ItemOptions<Shape>().UseMessagePack());
        await writer.WriteAsync(new Square(2)).Done();
        Assert.AreEqual(new Square(2), await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Factory_IsForTheTypesThatItKnows()
    {
        var factory = new MessagePackForAll();
        Assert.AreEqual("msgpack", factory.Create<Point>()!.ContentType);
        Assert.IsNull(factory.Create<Uri>());

        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unique("serializers"), new HubOptions { Serializers = factory }).Done();
        SharedChannel<Point> points = hub.CreateBounded<Point>("points", 10);
        var items = new ItemOptions<Point>().UseMessagePack<Point, Shapes>();
        await using CrossChannelWriter<Point> writer = await CrossChannel.OpenWriterAsync(points.Reader.Address!, items).Done();
        await writer.WriteAsync(new Point(1, 2)).Done();
        Assert.AreEqual(new Point(1, 2), await points.Reader.ReadAsync().Done());
        await CrossChannel.OpenWriterAsync<Point>(points.Reader.Address!).Fails<LinkRefusedException>();
    }

    /// <summary>Each is an error of that item: the one behind it is read.</summary>
    [TestMethod]
    [DataRow("", DisplayName = "nothing")]
    [DataRow("C0", DisplayName = "nil")]
    [DataRow("81A2496405C0", DisplayName = "more than one value")]
    [DataRow("DF7FFFFFFF", DisplayName = "a map of two billion members")]
    [DataRow("81A454616773DD7FFFFFFF", DisplayName = "an array of two billion elements")]
    [DataRow("81A44E6F7465DB7FFFFFFF41", DisplayName = "a text of two gigabytes")]
    [DataRow("81A24964A161", DisplayName = "text for a number")]
    public async Task HostileBytes_AreThatItemsError(string hex) => await RefusesAsync<Job>(
        Convert.FromHexString(hex), new ItemOptions<Job>().UseMessagePack(), new Job(1, "", [], []));

    [TestMethod]
    public async Task UnknownUnion_IsThatItemsError() => await RefusesAsync<Shape>(
        Convert.FromHexString("920981A45369646501"), new ItemOptions<Shape>().UseMessagePack(), new Circle(1));

    [TestMethod]
    public async Task DeepItem_IsThatItemsError()
    {
        // {"Next": {"Next": ... nil, far deeper than the stack.
        byte[] level = Convert.FromHexString("81A44E657874");
        byte[] deep = [.. Enumerable.Repeat(level, 1_000_000).SelectMany(static bytes => bytes), 0xC0];
        await RefusesAsync(deep, new ItemOptions<Node>().UseMessagePack(), new Node());
    }

    [TestMethod]
    public void Collisions_AreResisted() => Assert.IsInstanceOfType<SecureComparerProvider>(MessagePackItems.Serializer.ComparerProvider);

    internal static async Task RefusesAsync<T>(byte[] bytes, ItemOptions<T> honest, T good)
        where T : class
    {
        var hostile = honest with { Serializer = new Raw<T>(honest.Serializer!, bytes) };
        (DuplexChannel<T, NoItem> writing, DuplexChannel<NoItem, T> reading) = CrossChannel.CreatePair(
            new DuplexChannelOptions<T, NoItem> { WriteItems = hostile }, new DuplexChannelOptions<NoItem, T> { ReadItems = honest });
        await using (writing)
        await using (reading)
        {
            await writing.Writer.WriteAsync(good).Done();
            await writing.Writer.WriteAsync(good).Done();
            await reading.Reader.ReadAsync().Fails<ItemUnreadableException, T>();
            Assert.IsNotNull(await reading.Reader.ReadAsync().Done());
        }
    }

    /// <summary>Writes hostile bytes first, and honest ones from then on.</summary>
    private sealed class Raw<T>(IItemSerializer<T> honest, byte[] bytes) : IItemSerializer<T>
    {
        private bool _isDone;

        public string ContentType => honest.ContentType;

        public void Serialize(T item, IBufferWriter<byte> writer)
        {
            if (_isDone)
                honest.Serialize(item, writer);
            else
                writer.Write(bytes);
            _isDone = true;
        }

        public T Deserialize(in ReadOnlySequence<byte> sequence) => honest.Deserialize(sequence);
    }
}
