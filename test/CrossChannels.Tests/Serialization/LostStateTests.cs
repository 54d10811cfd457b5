using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

/// <summary>State that JSON leaves out without an error: refused when the channel is made, or equal at the reader.</summary>
[TestClass]
public sealed class LostStateTests
{
    [TestMethod]
    public void GetOnlyPropertyOverPrivateField_IsRefusedByName()
    {
        Names<Basket>("Basket.Items shows the private field _items");
        Names<Meter>("Meter.Value shows the private field _value");
        Names<Guarded>("Guarded.Count shows the private field _count");
        Names<ByMethod>("ByMethod.Value shows the private field _value");
        Names<ByIterator>("ByIterator.Items shows the private field _items");
        Names<List<Basket>>("[].Items shows the private field _items");
        Names<OfBase>("OfBase.Value shows the private field _value");
        Names<Generic<string>>("Value shows the private field _value");
    }

    [TestMethod]
    public void PrivateStateOfStruct_IsRefusedAsSoonAsTheStructIsJson()
    {
        Assert.AreEqual(5, Codec.RoundTrip(new Bare(5)).X);
        Names<Labelled>("Labelled.X shows the private field _x");
        Names<Hidden>("Hidden._secret is a private field of a struct");
    }

    [TestMethod]
    public void MemberThatIsNotPublic_IsRefusedUnlessIncluded()
    {
        Names<WithInternal>("WithInternal.Id is not public");
        Names<WithPrivate>("WithPrivate.Id is not public");
        Assert.AreEqual(5, Codec.RoundTrip(new WithIncluded { Name = "n", Id = 5 }).Id);
    }

    [TestMethod]
    public void HiddenMemberOfBase_IsRefused()
    {
        Names<Hiding>($"is hidden by CrossChannels.Tests.Serialization.{nameof(LostStateTests)}+Hiding.X");
        Names<HidingField>("Hiding");
    }

    [TestMethod]
    public void FieldsLeftOutByOptions_AreRefused()
    {
        Assert.Contains(
            "Fields.Y is a public field, and the JSON options leave fields out",
            Codec.Refusal(ItemSerializer.Json<Fields>(new JsonSerializerOptions())));
        Assert.AreEqual(2, Codec.RoundTrip(new Fields { X = 1, Y = 2 }).Y);
    }

    [TestMethod]
    public void StateThatIsRestored_Crosses()
    {
        Assert.AreEqual(5, Codec.RoundTrip(new Full { Value = 5 }).Value);
        Assert.AreEqual(7, Codec.RoundTrip(new Notifying { Value = 7 }).Value);
        Assert.AreEqual(3, Codec.RoundTrip(new ByConstructor(3)).X);
        Assert.AreEqual(3, Codec.RoundTrip(new ByPrimaryConstructor(3)).X);
        Assert.AreEqual("v", Codec.RoundTrip(new Overriding { Name = "v" }).Name);
        Assert.AreEqual(4, Codec.RoundTrip(new BehindAnother { Public = 4 }).Public);
        Assert.AreEqual("ab", Codec.RoundTrip(new Named("a", "b")).Whole);
        Assert.AreEqual(2, Codec.RoundTrip(new Counting { Lines = [1, 2] }).Count);
    }

    [TestMethod]
    public void WhatIsNoState_IsNotRefused()
    {
        Codec.RoundTrip(new Caching { X = 1 });
        Codec.RoundTrip(new Lazily { X = 1 });
        Codec.RoundTrip(new Constant { X = 1 });
        Codec.RoundTrip(new Ignoring { X = 1 });
        Codec.RoundTrip(new Locking { X = 1 });
    }

    [TestMethod]
    public void Comparer_OfDictionaryOrSet_IsRefusedAtTheWrite()
    {
        Throws(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase), "OrdinalIgnoreCase");
        Throws(new HashSet<string>(StringComparer.OrdinalIgnoreCase), "does not cross");
        Throws(new SortedSet<int>(Comparer<int>.Create(static (a, b) => b.CompareTo(a))), "does not cross");
        Throws(ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase), "does not cross");
        Throws(new Holder { Map = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) }, "does not cross");
        Throws<List<IDictionary<string, int>>>([new SortedDictionary<string, int>(StringComparer.OrdinalIgnoreCase)], "does not cross");
        Throws<ISet<string>>(new HashSet<string>(StringComparer.OrdinalIgnoreCase), "does not cross");
    }

    [TestMethod]
    public void Comparer_Default_Crosses()
    {
        Assert.AreEqual(1, Codec.RoundTrip(new Dictionary<string, int> { ["a"] = 1 })["a"]);
        Assert.AreEqual(1, Codec.RoundTrip(new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1 })["a"]);
        Assert.AreEqual(1, Codec.RoundTrip(new Dictionary<int, int> { [1] = 1 })[1]);
        Assert.Contains("a", Codec.RoundTrip(new HashSet<string>(StringComparer.Ordinal) { "a" }));
        Assert.AreEqual(1, Codec.RoundTrip(new SortedSet<int> { 2, 1 }).Min);
    }

    [TestMethod]
    public void Comparer_OfCollectionThatTheReaderFills_Crosses() =>
        Assert.AreEqual(1, Codec.RoundTrip(new Populated { Map = { ["a"] = 1 } }).Map["A"]);

    [TestMethod]
    public void MemberThatTheOtherEndLacks_IsUnreadableWhereItCannotBeNull()
    {
        Unreadable<WithName>("""{"Id":5}""");
        Unreadable<WithName>("""{"Id":5,"Name":null}""");
        Unreadable<RecordWithName>("""{"Id":5}""");
        Unreadable<RecordWithName>("""{"Id":5,"Name":null}""");
        Assert.AreEqual("none", Read<WithInitializer>("""{"Id":5}""").Name);
        Assert.IsNull(Read<WithNullable>("""{"Id":5}""").Name);
        Assert.AreEqual("x", Read<RecordWithDefault>("""{"Id":5}""").Name);
    }

    [TestMethod]
    public void NullInMemberThatCannotBeNull_IsRefusedAtTheWrite() =>
        Assert.ThrowsExactly<JsonException>(() => Codec.Of<WithName>().Encode(new WithName { Name = null! }));

    [TestMethod]
    public void TypesOfTheFramework_AreRefusedWithWhatToSend()
    {
        Names<BigInteger>("Send its text (ToString)");
        Names<IPAddress>("Send its text (ToString)");
        Names<CultureInfo>("Send its Name");
        Names<TimeZoneInfo>("Send its Id");
        Names<WeakReference<string>>("is a type of .NET that JSON does not restore");
    }

    [TestMethod]
    public void Cycle_SaysWhatToDo()
    {
        var node = new Node();
        node.Next = node;
        string message = Assert.ThrowsExactly<JsonException>(() => Codec.Of<Node>().Encode(node)).Message;
        Assert.Contains("contains itself, or is nested deeper than 64 levels", message);
        Assert.Contains("send keys or indexes in place of references", message);
        Assert.IsLessThan(500, message.Length);
    }

    [TestMethod]
    public void BinaryMember_IsNamedOnce()
    {
        ItemCodec<Frame> codec = Codec.Of<Frame>(contractName: "frame");
        Assert.AreEqual($"CrossChannels.Tests.Serialization.{nameof(LostStateTests)}+Frame.Pixels", codec.TakeBinaryMember());
        Assert.IsNull(codec.TakeBinaryMember());
        Assert.IsNull(Codec.Of<Full>(contractName: "full").TakeBinaryMember());
    }

    private static void Names<T>(string expected) => Assert.Contains(expected, Codec.Refusal<T>());

    private static void Throws<T>(T item, string expected) =>
        Assert.Contains(expected, Assert.ThrowsExactly<NotSupportedException>(() => Codec.Of<T>().Encode(item)).Message);

    private static T Read<T>(string json) => Codec.Of<T>().Decode(System.Text.Encoding.UTF8.GetBytes(json));

    private static void Unreadable<T>(string json) => Assert.ThrowsExactly<JsonException>(() => Read<T>(json));

#pragma warning disable CA1822, CA1805, CA1852, IDE0032, IDE0044, CS0649, MA0158, S1144 // The members are here for what JSON makes of them.
    private sealed class Basket
    {
        private readonly List<int> _items = [];

        public IReadOnlyList<int> Items => _items;

        public string? Owner { get; set; }
    }

    private sealed class Meter
    {
        private int _value;

        public int Value => _value;

        public string? Name { get; set; }

        public void Count(int n) => _value += n;
    }

    private sealed class Guarded
    {
        private readonly Lock _sync = new();
        private long _count;

        public long Count
        {
            get
            {
                lock (_sync)
                    return Interlocked.Read(ref _count);
            }
        }

        public string? Name { get; set; }

        public void Add() => _count++;
    }

    private sealed class ByMethod
    {
        private int _value = 1;

        public int Value => Compute();

        public string? Name { get; set; }

        public void Set(int value) => _value = value;

        private int Compute() => _value + 1;
    }

    private sealed class ByIterator
    {
        private readonly List<int> _items = [];

        public IEnumerable<int> Items
        {
            get
            {
                foreach (int item in _items)
                    yield return item;
            }
        }

        public string? Name { get; set; }
    }

    private class ValueBase
    {
        private int _value;

        public int Value => _value;

        public void Set(int value) => _value = value;
    }

    private sealed class OfBase : ValueBase
    {
        public string? Name { get; set; }
    }

    private sealed class Generic<T>
    {
        private T? _value;

        public T? Value => _value;

        public string? Name { get; set; }

        public void Set(T value) => _value = value;
    }

    private readonly struct Bare(int x)
    {
        private readonly int _x = x;

        public int X => _x;
    }

    private struct Labelled(int x, string label)
    {
        private readonly int _x = x;

        public string Label = label;

        public readonly int X => _x;
    }

    private struct Hidden(string name)
    {
        private int _secret = 1;

        public string Name { get; set; } = name;

        public int Next() => ++_secret;
    }

    private sealed class WithInternal
    {
        public string? Name { get; set; }

        internal int Id { get; set; }
    }

    private sealed class WithPrivate
    {
        public string? Name { get; set; }

        private int Id { get; set; }

        public int Next() => ++Id;
    }

    private sealed class WithIncluded
    {
        public string? Name { get; set; }

        [JsonInclude]
        internal int Id { get; set; }
    }

    private class WithX
    {
        public string? X { get; set; }
    }

    private sealed class Hiding : WithX
    {
        public new int X { get; set; }
    }

    private class WithField
    {
        public int X;
    }

    private sealed class HidingField : WithField
    {
        public new string? X;
    }

    private sealed class Fields
    {
        public int X { get; set; }

        public int Y;
    }

    private sealed class Full
    {
        private int _value;

        public int Value
        {
            get => _value;
            set => _value = value;
        }

        public int Twice => _value * 2;
    }

    private sealed class Notifying
    {
        private int _value;

        public event EventHandler? Changed;

        public int Value
        {
            get => _value;
            set => Set(ref _value, value);
        }

        private void Set(ref int field, int value)
        {
            field = value;
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    private sealed class ByConstructor
    {
        private readonly int _x;

        public ByConstructor(int x) => _x = x;

        public int X => _x;
    }

    private sealed class ByPrimaryConstructor(int x)
    {
        public int X => x;
    }

    private abstract class Overridden
    {
        public virtual string? Name { get; set; }
    }

    private sealed class Overriding : Overridden
    {
        public override string? Name { get; set; }
    }

    private sealed class BehindAnother
    {
        public int Public
        {
            get => Behind;
            set => Behind = value;
        }

        private int Behind { get; set; }
    }

    private sealed record Named(string First, string Last)
    {
        public string Whole => First + Last;
    }

    private sealed class Counting
    {
        public List<int> Lines { get; set; } = [];

        public int Count => Lines.Count;
    }

    private sealed class Caching
    {
        private string? _text;

        public int X { get; set; }

        public string Text => _text ??= X.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Lazily
    {
        private readonly Lazy<string> _text = new(() => "text");

        public int X { get; set; }

        public string Text => _text.Value;
    }

    private sealed class Constant
    {
        private readonly int _size = 4;

        public int X { get; set; }

        public int Size => _size;
    }

    private sealed class Ignoring
    {
        private int _hits;

        public int X { get; set; }

        [JsonIgnore]
        public int Hits => _hits;

        public void Hit() => _hits++;
    }

    private sealed class Locking
    {
        private readonly object _sync = new();
        private int _x;

        public int X
        {
            get
            {
                lock (_sync)
                    return _x;
            }

            set
            {
                lock (_sync)
                    _x = value;
            }
        }
    }

    private sealed class Holder
    {
        public Dictionary<string, int>? Map { get; set; }
    }

    private sealed class Populated
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public Dictionary<string, int> Map { get; } = new(StringComparer.OrdinalIgnoreCase);
    }

    private sealed class WithName
    {
        public int Id { get; set; }

        public string Name { get; set; } = null!;
    }

    private sealed class WithInitializer
    {
        public int Id { get; set; }

        public string Name { get; set; } = "none";
    }

    private sealed class WithNullable
    {
        public int Id { get; set; }

        public string? Name { get; set; }
    }

    private sealed record RecordWithName(int Id, string Name);

    private sealed record RecordWithDefault(int Id, string Name = "x");

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private sealed record Frame(int Number, byte[] Pixels);
#pragma warning restore CA1822, CA1805, CA1852, IDE0032, IDE0044, CS0649, MA0158, S1144
}
