using System.Runtime.InteropServices;
using System.Text;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class RawCodecTests
{
    [TestMethod]
    public void Size_IsThatOfTheType()
    {
        Assert.AreEqual(8, Codec.Of<long>().ElementSize);
        Assert.AreEqual(1, Codec.Of<Colour>().ElementSize);
        Assert.AreEqual(16, Codec.Of<decimal>().ElementSize);
        Assert.AreEqual(16, Codec.Of<Tick>().ElementSize);
        Assert.AreEqual(1, Codec.Of<Empty>().ElementSize);
        Assert.AreEqual(16, Codec.Of<FixedBuffer>().ElementSize);
        Assert.AreEqual(4, Codec.Of<FourFlags>().ElementSize);
        Assert.AreEqual(0, Codec.Of<Padded>().ElementSize);
        Assert.AreEqual(0, Codec.Of<(int, int)>().ElementSize);
        Assert.AreEqual(0, Codec.Of<Mixed>().ElementSize);
    }

    [TestMethod]
    public void IsPlain_OnlyWhereEveryPatternIsAValue()
    {
        Assert.IsTrue(Codec.Of<long>().IsPlain);
        Assert.IsTrue(Codec.Of<Colour>().IsPlain);
        Assert.IsTrue(Codec.Of<Tick>().IsPlain);
        Assert.IsTrue(Codec.Of<TimeSpan>().IsPlain);
        Assert.IsFalse(Codec.Of<bool>().IsPlain);
        Assert.IsFalse(Codec.Of<DateTime>().IsPlain);
        Assert.IsFalse(Codec.Of<Flagged>().IsPlain);
        Assert.IsFalse(Codec.Of<Trade>().IsPlain);
        Assert.IsFalse(Codec.Of<string>().IsPlain);
        Assert.IsFalse(Codec.Of<Job>().IsPlain);
    }

    [TestMethod]
    public void Bytes_AreThoseInMemory()
    {
        CollectionAssert.AreEqual(BitConverter.GetBytes(0x0102030405060708), Codec.Of<long>().Encode(0x0102030405060708));
        CollectionAssert.AreEqual(
            MemoryMarshal.AsBytes<Tick>([new Tick(1, 2)]).ToArray(),
            Codec.Of<Tick>().Encode(new Tick(1, 2)));
    }

    [TestMethod]
    public void Decode_OfAnotherLength_Throws()
    {
        Assert.ThrowsExactly<FormatException>(() => Codec.Of<long>().Decode(new byte[7]));
        Assert.ThrowsExactly<FormatException>(() => Codec.Of<long>().Decode(new byte[9]));
        Assert.ThrowsExactly<FormatException>(() => Codec.Of<int?>().Decode(new byte[5]));
        Assert.ThrowsExactly<FormatException>(() => Codec.Of<Tick>().Decode(default));
    }

    [TestMethod]
    public void Decode_OfWhatIsNoValue_Throws()
    {
        Reject<bool>([2]);
        Reject<bool?>([255]);
        Reject<decimal>([1, .. new byte[15]]);
        Reject<decimal>([0, 0, 29, 0, .. new byte[12]]);
        Reject<DateTime>(BitConverter.GetBytes(DateTime.MaxValue.Ticks + 1));
        Reject<DateOnly>(BitConverter.GetBytes(DateOnly.MaxValue.DayNumber + 1));
        Reject<DateOnly>(BitConverter.GetBytes(-1));
        Reject<TimeOnly>(BitConverter.GetBytes(TimeSpan.TicksPerDay));
        Reject<TimeOnly>(BitConverter.GetBytes(-1L));
        Reject<Rune>(BitConverter.GetBytes(0xD800));
        Reject<Rune>(BitConverter.GetBytes(0x110000));
        Reject<Flagged>([1, 2, 0, 0]);
        Reject<FourFlags>([1, 0, 1, 2]);
        Reject<Trade>([.. new byte[8], .. Enumerable.Repeat((byte)0x3F, 8), .. new byte[16]]);
        Reject<Trade>([.. new byte[16], .. Enumerable.Repeat((byte)0x3F, 16)]);
    }

    [TestMethod]
    public unsafe void FixedBuffer_ComesBackWhole()
    {
        var item = new FixedBuffer { Count = 3 };
        item.Numbers[0] = 1;
        item.Numbers[2] = int.MaxValue;

        FixedBuffer copy = Codec.RoundTrip(item);

        Assert.AreEqual(3, copy.Count);
        Assert.AreEqual(1, copy.Numbers[0]);
        Assert.AreEqual(int.MaxValue, copy.Numbers[2]);
        Assert.AreEqual("le:{i4 Count,i4[3] Numbers}", Codec.ContractOf<FixedBuffer>().Layout);
    }

    [TestMethod]
    public void InlineArray_ComesBackWhole()
    {
        FourFlags item = default;
        item[0] = true;
        item[3] = true;

        FourFlags copy = Codec.RoundTrip(item);

        Assert.IsTrue(copy[0]);
        Assert.IsFalse(copy[1]);
        Assert.IsTrue(copy[3]);
    }

    [TestMethod]
    public void Unmanaged_TakesWhatIsNotTakenByItself()
    {
        IItemSerializer<Hidden> serializer = ItemSerializer.Unmanaged<Hidden>();
        ItemCodec<Hidden> codec = Codec.Of(serializer);

        Assert.AreEqual(16, codec.ElementSize);
        Assert.IsTrue(codec.IsPlain);
        Assert.AreEqual(42, Codec.RoundTrip(codec, new Hidden(41)).Sum());
        Assert.AreEqual(0x3F800000, Codec.RoundTrip(new Overlaid { Same = 1 }, ItemSerializer.Unmanaged<Overlaid>()).Number);
        Assert.AreEqual((nint)5, Codec.RoundTrip(5, ItemSerializer.Unmanaged<nint>()));
    }

    [TestMethod]
    public void Unmanaged_OfWhatIsTakenAnyway_IsTheSame()
    {
        Assert.AreEqual(Codec.ContractOf<Tick>(), Codec.ContractOf(ItemSerializer.Unmanaged<Tick>()));
        Assert.IsFalse(Codec.Of(ItemSerializer.Unmanaged<bool>()).IsPlain);
    }

    private static void Reject<T>(byte[] bytes) => Assert.ThrowsExactly<FormatException>(() => Codec.Of<T>().Decode(bytes));
}
