using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class JsonCodecTests
{
    private static readonly Dog _dog = new("Rex", 3);

    [TestMethod]
    public void Encode_DerivedInstance_Throws()
    {
        string message = Assert.Throws<NotSupportedException>(() => Codec.Of<Animal>().Encode(_dog)).Message;

        Assert.Contains("CrossChannels.Tests.Serialization.Dog would be written as its base class CrossChannels.Tests.Serialization.Animal", message);
        Assert.Contains("[JsonDerivedType(typeof(Dog)", message);
    }

    [TestMethod]
    public void Encode_DerivedInstanceInside_Throws()
    {
        ItemCodec<Kennel> codec = Codec.Of<Kennel>();

        DerivedThrows(codec, new Kennel { Guest = _dog });
        DerivedThrows(codec, new Kennel { Others = { new Animal("Tom"), _dog } });
        DerivedThrows(codec, new Kennel { ByName = { ["a"] = _dog } });
        Assert.AreEqual("Tom", Codec.RoundTrip(codec, new Kennel { Guest = new Animal("Tom") }).Guest?.Name);
    }

    [TestMethod]
    public void Encode_DerivedInstanceInCollection_Throws()
    {
        DerivedThrows(Codec.Of<Animal[]>(), [_dog]);
        DerivedThrows(Codec.Of<IEnumerable<Animal>>(), [_dog]);
        DerivedThrows(Codec.Of<(int, Animal)>(), (1, _dog));
    }

    [TestMethod]
    public void Encode_DerivedInstance_UnderTheUsersMetadata_Throws()
    {
        DerivedThrows(Codec.Of(ItemSerializer.Json(SampleContext.Default.Kennel)), new Kennel { Guest = _dog });
        DerivedThrows(Codec.Of(ItemSerializer.Json<Kennel>(new JsonSerializerOptions())), new Kennel { Others = { _dog } });
        DerivedThrows(Codec.Of(ItemSerializer.Json(SampleContext.Default.Animal)), _dog);
    }

    [TestMethod]
    public void Encode_DerivedTypeThatIsNotDeclared_Throws() =>
        Assert.Throws<NotSupportedException>(() => Codec.Of<Shape>().Encode(new BigCircle(1)));

    [TestMethod]
    public void SourceGenerated_ComesBack()
    {
        ItemCodec<Job> codec = Codec.Of(ItemSerializer.Json(SampleContext.Default.Job));

        Job copy = Codec.RoundTrip(codec, new Job(1, "grüße", [0.5]));

        Assert.AreEqual(1, copy.Id);
        Assert.AreEqual("grüße", copy.Name);
        CollectionAssert.AreEqual(new[] { 0.5 }, copy.Values);
        Assert.AreEqual(new Circle(1), Codec.RoundTrip<Shape>(new Circle(1), ItemSerializer.Json(SampleContext.Default.Shape)));
    }

    [TestMethod]
    public void SourceGenerated_TalksToReflection()
    {
        byte[] bytes = Codec.Of<Job>().Encode(new Job(1, "ü\"<\u2028", [1]));

        Assert.AreEqual("ü\"<\u2028", Codec.Of(ItemSerializer.Json(SampleContext.Default.Job)).Decode(bytes).Name);
    }

    [TestMethod]
    public void Decode_OlderAndNewerMembers_Fits()
    {
        Assert.AreEqual(7, Codec.Of<Job>().Decode("""{"Id":7,"Name":null,"Values":[],"Added":[{"x":1}]}"""u8.ToArray()).Id);
        Assert.IsNull(Codec.Of<Order>().Decode("""{"Id":7}"""u8.ToArray()).Note);
        Assert.ThrowsExactly<JsonException>(() => Codec.Of<Job>().Decode("""{"Id":7}"""u8.ToArray()));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("null")]
    [DataRow("{")]
    [DataRow("{} {}")]
    [DataRow("{},")]
    [DataRow("[]")]
    [DataRow("{\"Id\":\"x\"}")]
    [DataRow("{\"Id\":1} // end")]
    public void Decode_WhatIsNoItem_Throws(string json) =>
        Assert.ThrowsExactly<JsonException>(() => Codec.Of<Job>().Decode(Encoding.UTF8.GetBytes(json)));

    [TestMethod]
    public void Decode_TooDeep_Throws()
    {
        string json = string.Concat(Enumerable.Repeat("""{"Value":1,"Next":""", 100_000));

        Assert.ThrowsExactly<JsonException>(() => Codec.Of<Node>().Decode(Encoding.UTF8.GetBytes(json)));
    }

    [TestMethod]
    public void Decode_InvalidUtf8_Throws()
    {
        byte[] json = [.. "{\"Name\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        Assert.ThrowsExactly<JsonException>(() => Codec.Of<Job>().Decode(json));
    }

    [TestMethod]
    public void Encode_LoneSurrogateInside_Throws()
    {
        Assert.Throws<NotSupportedException>(() => Codec.Of<Job>().Encode(new Job(1, "a\uD800", [])));
        Assert.Throws<NotSupportedException>(() => Codec.Of<Dictionary<string, int>>().Encode(new() { ["\uDC00"] = 1 }));
        Assert.Throws<NotSupportedException>(() => Codec.Of<List<char>>().Encode(['\uD800']));
        CollectionAssert.AreEqual(new[] { '"', 'ü', '\0' }, Codec.RoundTrip<char[]>(['"', 'ü', '\0']));
        Assert.AreEqual(1, Codec.RoundTrip(new Dictionary<char, int> { ['ü'] = 1 })['ü']);
    }

    [TestMethod]
    public void Encode_AfterOneThatThrew_IsClean()
    {
        ItemCodec<IEnumerable<int>> codec = Codec.Of<IEnumerable<int>>();

        Assert.ThrowsExactly<InvalidTimeZoneException>(() => codec.Encode(Failing()));

        Assert.AreEqual("[1,2]", Encoding.UTF8.GetString(codec.Encode([1, 2])));
    }

    [TestMethod]
    public void Encode_WithinEncode_KeepsBothApart()
    {
        ItemCodec<IEnumerable<int>> codec = Codec.Of<IEnumerable<int>>();
        string? inner = null;

        string outer = Encoding.UTF8.GetString(codec.Encode(Nesting()));

        Assert.AreEqual("[1,2]", outer);
        Assert.AreEqual("[7]", inner);

        IEnumerable<int> Nesting()
        {
            yield return 1;
            inner = Encoding.UTF8.GetString(codec.Encode([7]));
            yield return 2;
        }
    }

    [TestMethod]
    public void Encode_InTheSteadyState_AllocatesNothing()
    {
        ItemCodec<Dog> codec = Codec.Of<Dog>();
        var writer = new ArrayBufferWriter<byte>(1 << 16);
        var allocated = new List<long>(3);

        // The first rounds may pay for what the runtime does once.
        for (int round = 0; round < 3; round++)
        {
            writer.ResetWrittenCount();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                codec.Encode(_dog, writer);
            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.AreEqual(0, allocated.Min());
    }

    [TestMethod]
    public void Metadata_ChangedByHand_IsUsedAsItIs()
    {
        JsonTypeInfo<Animal> info = JsonTypeInfo.CreateJsonTypeInfo<Animal>(new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });
        info.CreateObject = () => new Animal(string.Empty);
        JsonPropertyInfo property = info.CreateJsonPropertyInfo(typeof(string), "n");
        property.Get = animal => ((Animal)animal).Name;
        property.Set = (animal, value) => typeof(Animal).GetProperty(nameof(Animal.Name))!.SetValue(animal, value);
        info.Properties.Add(property);
        ItemCodec<Animal> codec = Codec.Of(ItemSerializer.Json(info));

        Assert.AreEqual("""{"n":"Tom"}""", Encoding.UTF8.GetString(codec.Encode(new Animal("Tom"))));
        Assert.AreEqual("Tom", Codec.RoundTrip(codec, new Animal("Tom")).Name);
        DerivedThrows(codec, _dog);
    }

    [TestMethod]
    public void Serializers_ReadSequencesOfSeveralSegments()
    {
        var first = new Segment("{\"Id\":"u8.ToArray(), 0);
        Segment last = first.Append("5,\"Name\":null,\"Values\":[]}"u8.ToArray());
        var bytes = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);

        Assert.AreEqual(5, ItemSerializer.Json<Job>().Deserialize(bytes).Id);
        Assert.AreEqual(0x20_22, ItemSerializer.Unmanaged<short>().Deserialize(Halves(0x22, 0x20)));
    }

    private sealed record Order(int Id, string? Note = null);

    private static void DerivedThrows<T>(ItemCodec<T> codec, T item) =>
        Assert.Contains("would be written as its base class", Assert.Throws<NotSupportedException>(() => codec.Encode(item)).Message);

    private static IEnumerable<int> Failing()
    {
        yield return 1;
        throw new InvalidTimeZoneException();
    }

    private static ReadOnlySequence<byte> Halves(byte low, byte high)
    {
        var first = new Segment(new[] { low }, 0);
        Segment last = first.Append(new[] { high });
        return new ReadOnlySequence<byte>(first, 0, last, 1);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
