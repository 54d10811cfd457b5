using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class RoundTripTests
{
    private static readonly int[] _threeNumbers = [1, 2, 3];

    [TestMethod]
    public void Numbers_AtTheirLimits_ComeBack()
    {
        Same(byte.MaxValue);
        Same(sbyte.MinValue);
        Same(short.MinValue);
        Same(ushort.MaxValue);
        Same(int.MinValue);
        Same(uint.MaxValue);
        Same(long.MinValue);
        Same(ulong.MaxValue);
        Same(Int128.MinValue);
        Same(UInt128.MaxValue);
        Same(Half.NaN);
        Same(float.NegativeInfinity);
        Same(double.NaN);
        Same(-0.0);
        Same(decimal.MinValue);
        Same(1.10m);
        Same(true);
        Same('\uD800');
        Assert.AreEqual("1.10", Codec.RoundTrip(1.10m).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.AreEqual(BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(Codec.RoundTrip(-0.0)));
    }

    [TestMethod]
    public void ValuesOfTheFramework_ComeBack()
    {
        Same(Guid.NewGuid());
        Same(TimeSpan.MinValue);
        Same(DateOnly.MaxValue);
        Same(TimeOnly.MaxValue);
        Same(DateTime.MaxValue);
        Same(new Rune(0x1F600));
        Same(^3);
        Same(1..^2);
        Same(Colour.Green);
        Same((Colour)77);
        Same(new DateTimeOffset(2024, 2, 29, 12, 0, 0, 7, TimeSpan.FromMinutes(-90)).AddTicks(3));
        Same(new Uri("https://example.org/a?b=c#d"));
        Same(new Version(1, 2, 3, 4));
        Same(new Vector3(1, 2, 3));
        Same(new Complex(1, -2));
    }

    [TestMethod]
    [DataRow(DateTimeKind.Local)]
    [DataRow(DateTimeKind.Utc)]
    [DataRow(DateTimeKind.Unspecified)]
    public void DateTime_KeepsItsKind(DateTimeKind kind)
    {
        DateTime copy = Codec.RoundTrip(new DateTime(638_000_000_000_000_001, kind));

        Assert.AreEqual(kind, copy.Kind);
        Assert.AreEqual(638_000_000_000_000_001, copy.Ticks);
    }

    [TestMethod]
    public void Structs_ComeBack()
    {
        Same(new Tick(1, double.NaN));
        Same(new Trade(1, 2, DateTime.UtcNow, 1.50m));
        Same(new Mixed(1, DateTime.UtcNow, 2));
        Same(new Flagged(true, false, 3));
        Same(new KeyValuePair<int, int>(1, 2));
        Same(new KeyValuePair<string, int>("a", 2));
        Same(default(Empty));
        Same(new Padded { Small = 1, Large = 2 });
    }

    [TestMethod]
    public void Nullables_ComeBack()
    {
        Same<int?>(5);
        Same<bool?>(true);
        Same<decimal?>(1.5m);
        Same<Guid?>(Guid.NewGuid());
        Same<Colour?>(Colour.Green);
        Same<Tick?>(new Tick(1, double.PositiveInfinity));
        Same<DateTimeOffset?>(DateTimeOffset.UnixEpoch);
        Same<(int?, string?)?>((null, null));
        Assert.AreEqual(0, Codec.Of<int?>().ElementSize);
    }

    [TestMethod]
    public void Tuples_ComeBack()
    {
        Same((1, "two", 3.0));
        Same((1, 2));
        Same((1, 2, 3, 4, 5, 6, 7, 8, "nine"));
        Same(Tuple.Create(1, "two", (3, 4)));
        Same((Name: "x", Inner: (double.NaN, float.PositiveInfinity)));
    }

    [TestMethod]
    public void PublicFields_ComeBack()
    {
        WithFields copy = Codec.RoundTrip(new WithFields { Number = 1, Text = "two", Pair = (3, "four") });

        Assert.AreEqual(1, copy.Number);
        Assert.AreEqual("two", copy.Text);
        Assert.AreEqual((3, "four"), copy.Pair);
        Assert.AreEqual(7, Codec.RoundTrip(new WithReadOnlyField(7)).Number);
    }

    [TestMethod]
    public void Record_WithNamedFloatingPoint_ComesBack()
    {
        Job copy = Codec.RoundTrip(new Job(1, null, [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 0.1]));

        Assert.AreEqual(1, copy.Id);
        Assert.IsNull(copy.Name);
        CollectionAssert.AreEqual(new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 0.1 }, copy.Values);
    }

    [TestMethod]
    public void PolymorphicRecords_ComeBackAsThemselves()
    {
        Same<Shape>(new Circle(2));
        Same<Shape>(new Unit());
        CollectionAssert.AreEqual(new Shape[] { new Unit(), new Circle(1) }, Codec.RoundTrip<Shape[]>([new Unit(), new Circle(1)]));
        Same(new Dog("Rex", 3));
    }

    [TestMethod]
    public void NestedGenerics_ComeBack()
    {
        var item = new Envelope<Tick?>("id", new Tick(1, 2), [new() { ["a"] = null, ["ü"] = new Tick(3, 4) }, []]);

        Envelope<Tick?> copy = Codec.RoundTrip(item);

        Assert.AreEqual(item.Item, copy.Item);
        Assert.HasCount(2, copy.More);
        Assert.IsNull(copy.More[0]["a"]);
        Assert.AreEqual(new Tick(3, 4), copy.More[0]["ü"]);
    }

    [TestMethod]
    public void RecursiveType_ComesBack() => Same(new Node(1, new Node(2, null)));

    [TestMethod]
    public void RecursiveItem_DeeperThanJsonAllows_Throws()
    {
        Node node = new(0, null);
        for (int i = 0; i < 70; i++)
            node = new Node(i, node);

        Assert.ThrowsExactly<JsonException>(() => Codec.Of<Node>().Encode(node));
        Same(new Node(1, null));
    }

    [TestMethod]
    public void Collections_ComeBack()
    {
        SameElements(new int[] { 1, 2, 3 });
        SameElements(Array.Empty<string>());
        SameElements(new List<string?> { "a", null, string.Empty });
        SameElements<IReadOnlyList<int>>([1, 2]);
        SameElements<IEnumerable<int>>(_threeNumbers.Where(number => number > 1));
        SameElements<ISet<int>>(new HashSet<int> { 1, 2 });
        SameElements(new Queue<int>(_threeNumbers));
        SameElements(new LinkedList<int>(_threeNumbers));
        SameElements(new ConcurrentQueue<int>(_threeNumbers));
        SameElements(new ObservableCollection<int>(_threeNumbers));
        SameElements(ImmutableArray.Create(1, 2));
        SameElements(ImmutableList.Create("a"));
        SameElements(new Dictionary<string, int> { ["a"] = 1, [""] = 2 });
        SameElements(new Dictionary<Guid, DateTimeOffset> { [Guid.NewGuid()] = DateTimeOffset.UnixEpoch });
        SameElements(new Dictionary<Colour, long> { [Colour.Green] = 1 });
        SameElements(new SortedDictionary<int, string> { [2] = "b", [1] = "a" });
        SameElements(ImmutableDictionary<int, string>.Empty.Add(1, "a"));
        CollectionAssert.AreEqual(new[] { 3, 4 }, Codec.RoundTrip<int[][]>([[1, 2], [3, 4]])[1]);
    }

    [TestMethod]
    public void JsonTrees_ComeBack()
    {
        Assert.AreEqual("[1,null]", Codec.RoundTrip(JsonDocument.Parse("[1, null]").RootElement).GetRawText());
        Assert.AreEqual(1, Codec.RoundTrip<JsonNode>(new JsonObject { ["a"] = 1 })["a"]!.GetValue<int>());
    }

    [TestMethod]
    public void NoItem_HasNoContract()
    {
        ItemCodec<NoItem> codec = Codec.Of<NoItem>(contractName: "ignored");

        Assert.IsTrue(codec.Contract.IsNone);
        Assert.AreSame(ItemContract.None, codec.Contract);
        Assert.ThrowsExactly<InvalidOperationException>(() => codec.Encode(default));
        Assert.ThrowsExactly<InvalidOperationException>(() => codec.Decode(default));
    }

    private static void Same<T>(T item) => Assert.AreEqual(item, Codec.RoundTrip(item));

    private static void SameElements<T>(T items)
        where T : System.Collections.IEnumerable =>
        CollectionAssert.AreEqual(items.Cast<object?>().ToArray(), Codec.RoundTrip(items).Cast<object?>().ToArray());
}
