using System.Text;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class ContractTests
{
    private const string Here = "CrossChannels.Tests.Serialization.";

    [TestMethod]
    public void Name_HasNoAssembly()
    {
        Assert.AreEqual("System.Int64", Codec.ContractOf<long>().Name);
        Assert.AreEqual("System.Int32[]", Codec.ContractOf<int[]>().Name);
        Assert.AreEqual("System.Nullable<System.Int32>", Codec.ContractOf<int?>().Name);
        Assert.AreEqual("System.ValueTuple<System.Int32,System.String>", Codec.ContractOf<(int, string)>().Name);
        Assert.AreEqual(
            $"System.Collections.Generic.Dictionary<System.String,System.Collections.Generic.List<{Here}Job>[]>",
            Codec.ContractOf<Dictionary<string, List<Job>[]>>().Name);
        Assert.AreEqual($"{Here}ContractTests+Outer<System.Int32>+Inner<System.String>", Codec.ContractOf<Outer<int>.Inner<string>>().Name);
        Assert.AreEqual($"{Here}ContractTests+Outer<System.Int32>+Plain", Codec.ContractOf<Outer<int>.Plain>().Name);
    }

    [TestMethod]
    public void Name_OfAttribute_IsUsedEverywhere()
    {
        Assert.AreEqual("billing.invoice (json)", Codec.ContractOf<Invoice>().ToString());
        Assert.AreEqual("System.Collections.Generic.List<billing.invoice>", Codec.ContractOf<List<Invoice>>().Name);
        Assert.AreEqual("page<billing.invoice>", Codec.ContractOf<Page<Invoice>>().Name);
        Assert.AreNotEqual(Codec.ContractOf<Page<int>>(), Codec.ContractOf<Page<string>>());
    }

    [TestMethod]
    public void Name_OfSettings_WinsOverAttribute()
    {
        Assert.AreEqual("mine", Codec.ContractOf<Invoice>(contractName: "mine").Name);
        Assert.AreEqual("mine", Codec.ContractOf<long>(contractName: "mine").Name);
        Assert.AreEqual("mine", Codec.ContractOf(ItemSerializer.Unmanaged<long>(), "mine").Name);
        Assert.AreEqual("mine", Codec.ContractOf(ItemSerializer.Json(SampleContext.Default.Job), "mine").Name);
        Assert.AreEqual("System.Int64", Codec.ContractOf<long>().Name);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" ")]
    [DataRow("a\nb")]
    public void Name_ThatCannotBeSent_Throws(string name) =>
        Assert.ThrowsExactly<ArgumentException>(() => Codec.Of<long>(contractName: name));

    [TestMethod]
    public void Name_WithHalfASurrogatePair_Throws() =>
        Assert.ThrowsExactly<ArgumentException>(() => Codec.Of<long>(contractName: "a\uD800"));

    [TestMethod]
    public void Name_TooLong_IsShortenedWithAHash()
    {
        string first = Codec.ContractOf<long>(contractName: new string('ä', 300) + "1").Name;
        string second = Codec.ContractOf<long>(contractName: new string('ä', 300) + "2").Name;

        Assert.IsLessThanOrEqualTo(256, Encoding.UTF8.GetByteCount(first));
        Assert.AreNotEqual(first, second);
        Assert.EndsWith("#6064e90519403e87", first);
    }

    [TestMethod]
    public void Accepts_TheSame()
    {
        Assert.IsTrue(Codec.ContractOf<Job>().Accepts(Codec.ContractOf(ItemSerializer.Json(SampleContext.Default.Job))));
        Assert.IsTrue(Codec.ContractOf<Tick>().Accepts(Codec.ContractOf<Tick>()));
        Assert.IsTrue(ItemContract.None.Accepts(Codec.ContractOf<NoItem>()));
        Assert.IsTrue(Codec.ContractOf<Other.Tick>(contractName: "tick").Accepts(Codec.ContractOf<Tick>(contractName: "tick")));
    }

    [TestMethod]
    public void Accepts_OtherMembersOfJson() =>
        Assert.IsTrue(Codec.ContractOf<Job>(contractName: "job").Accepts(Codec.ContractOf<Other.Job>(contractName: "job")));

    [TestMethod]
    public void Accepts_NothingElse()
    {
        Assert.IsFalse(Codec.ContractOf<long>().Accepts(Codec.ContractOf<ulong>()));
        Assert.IsFalse(Codec.ContractOf<long>(contractName: "n").Accepts(Codec.ContractOf<ulong>(contractName: "n")));
        Assert.IsFalse(Codec.ContractOf<long>(contractName: "n").Accepts(Codec.ContractOf<int>(contractName: "n")));
        Assert.IsFalse(Codec.ContractOf<long>().Accepts(Codec.ContractOf<long?>()));
        Assert.IsFalse(Codec.ContractOf<long>().Accepts(ItemContract.None));
        Assert.IsFalse(ItemContract.None.Accepts(Codec.ContractOf<long>()));
        Assert.IsFalse(Codec.ContractOf<Tick>(contractName: "t").Accepts(Codec.ContractOf<Other.Swapped>(contractName: "t")));
        Assert.IsFalse(Codec.ContractOf<Tick>().Accepts(Codec.ContractOf<Other.Tick>()));
        Assert.IsFalse(Codec.ContractOf<long>().Accepts(Codec.ContractOf<long>() with { Layout = "be:i8" }));
        Assert.IsFalse(Codec.ContractOf<long>().Accepts(Codec.ContractOf<long>() with { Layout = string.Empty }));
    }

    [TestMethod]
    public void Accepts_FieldsThatCannotBeSeen_InTheSameByteOrder()
    {
        ItemContract seen = Codec.ContractOf<Tick>();

        Assert.IsTrue(seen.Accepts(seen with { Layout = "le:?" }));
        Assert.IsTrue((seen with { Layout = "le:?" }).Accepts(seen));
        Assert.IsFalse(seen.Accepts(seen with { Layout = "be:?" }));
        Assert.IsFalse(seen.Accepts(seen with { Layout = "le:?", ElementSize = 8 }));
    }

    [TestMethod]
    public void ToString_TellsWhatDiffers()
    {
        Assert.AreEqual("System.Int64 (raw, 8 bytes)", Codec.ContractOf<long>().ToString());
        Assert.AreEqual("System.Byte (raw, 1 byte)", Codec.ContractOf<byte>().ToString());
        Assert.AreEqual($"{Here}Tick (raw, 16 bytes, le:{{i8 Time,f8 Price}})", Codec.ContractOf<Tick>().ToString());
        Assert.AreEqual($"{Here}Job (json)", Codec.ContractOf<Job>().ToString());
        Assert.AreEqual("no items", ItemContract.None.ToString());
        Assert.AreEqual(@"a\u000Ab (json)", new ItemContract("json", "a\nb", 0, string.Empty).ToString());
    }

    [TestMethod]
    public void Layout_OfManyFields_IsShort()
    {
        ItemContract contract = Codec.ContractOf<Wide>();

        Assert.AreEqual(128, contract.ElementSize);
        Assert.IsLessThanOrEqualTo(256, Encoding.UTF8.GetByteCount(contract.Layout));
        Assert.StartsWith("le:#", contract.Layout);
    }

    [TestMethod]
    public void Create_WithoutSettings_IsCached()
    {
        Assert.AreSame(Codec.Of<Job>(), Codec.Of<Job>());
        Assert.AreNotSame(Codec.Of<Job>(), Codec.Of<Job>(contractName: "other"));
    }

    internal static class Other
    {
        public readonly record struct Tick(long Time, double Price);

        public readonly record struct Swapped(double Price, long Time);

        public sealed record Job(int Id, string? Added);
    }

    internal static class Outer<TOuter>
    {
        public sealed record Inner<TInner>(TOuter? First, TInner? Second);

        public sealed record Plain(TOuter? First);
    }

    internal record struct Quarter(long TheFirstOfFourLongNames, long TheSecondOfFourLongNames, long TheThirdOfFourLongNames, long TheFourthOfFourLongNames);

    internal record struct Wide(Quarter First, Quarter Second, Quarter Third, Quarter Fourth);
}
