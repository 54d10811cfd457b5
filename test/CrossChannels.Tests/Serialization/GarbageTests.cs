using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Serialization;

/// <summary>Whatever bytes a peer sends: a decoder throws or gives a value that is as good as any other.</summary>
[TestClass]
public sealed class GarbageTests
{
    [TestMethod]
    public void Values_AreRefusedOrValid()
    {
        Feed<bool>(value => Unsafe(value) <= 1);
        Feed<decimal>(value => value == new decimal(decimal.GetBits(value)));
        Feed<DateTime>(value => value >= DateTime.MinValue && value <= DateTime.MaxValue);
        Feed<DateOnly>(value => value >= DateOnly.MinValue && value <= DateOnly.MaxValue);
        Feed<TimeOnly>(value => value >= TimeOnly.MinValue && value <= TimeOnly.MaxValue);
        Feed<TimeSpan>(value => value == new TimeSpan(value.Ticks));
        Feed<Rune>(value => Rune.IsValid(value.Value));
        Feed<Index>(value => value.Value >= 0);
        Feed<Range>(value => value.Start.Value >= 0 && value.End.Value >= 0);
        Feed<Flagged>(value => Unsafe(value.First) <= 1 && Unsafe(value.Second) <= 1);
        Feed<Trade>(value => value.When <= DateTime.MaxValue && value.Price == new decimal(decimal.GetBits(value.Price)));
        Feed<bool?>(value => Unsafe(value!.Value) <= 1);
        Feed<DateTime?>(value => value <= DateTime.MaxValue);
        Feed<Colour>(value => (byte)value <= byte.MaxValue);
        Feed<Tick>(value => value.Equals(value));
        Feed<Int128>(value => value == new Int128((ulong)(value >> 64), (ulong)value));
    }

    [TestMethod]
    public void Texts_AreRefusedOrComeBackAgain()
    {
        Feed<string>(value => string.Equals(Codec.RoundTrip(value), value, StringComparison.Ordinal));
        Feed<byte[]>(value => value.Length >= 0);
        Feed<IMemoryOwner<byte>>(value => value.Memory.Length >= 0);
    }

    [TestMethod]
    public void Json_IsRefusedOrComesBackAgain()
    {
        Feed<Job>(value => Codec.RoundTrip(value).Id == value.Id, Codec.Of<Job>().Encode(new Job(1, "ab", [1, double.NaN])));
        Feed<Shape>(value => value.Equals(Codec.RoundTrip(value)), Codec.Of<Shape>().Encode(new Circle(1)));
        Feed<(int, string)>(value => value.Equals(Codec.RoundTrip(value)), Codec.Of<(int, string)>().Encode((1, "a\"")));
        Feed<DateTimeOffset>(value => value.Equals(Codec.RoundTrip(value)), Codec.Of<DateTimeOffset>().Encode(DateTimeOffset.UnixEpoch));
        Feed<Dictionary<Guid, int?>>(value => value.Count <= 1, Codec.Of<Dictionary<Guid, int?>>().Encode(new() { [Guid.Empty] = 1 }));
        Feed<Node>(value => value.Equals(Codec.RoundTrip(value)), Codec.Of<Node>().Encode(new Node(1, new Node(2, null))));
    }

    // Random bytes of every short length and, where there is a valid item, every change of one byte and every cut.
    private static void Feed<T>(Func<T, bool> isValid, byte[]? valid = null)
    {
        ItemCodec<T> codec = Codec.Of<T>();
        var random = new Random(typeof(T).Name.Length);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[codec.ElementSize > 0 && i % 2 == 0 ? codec.ElementSize : random.Next(0, 40)];
            random.NextBytes(bytes);
            if (i % 3 == 0)
                bytes.AsSpan(bytes.Length / 2).Clear();
            Try(codec, bytes, isValid);
        }

        for (int at = 0; at < valid?.Length; at++)
        {
            Try(codec, valid[..at], isValid);
            for (int change = 1; change < 256; change++)
            {
                byte[] changed = [.. valid];
                changed[at] ^= (byte)change;
                Try(codec, changed, isValid);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Any exception is a refusal.")]
    private static void Try<T>(ItemCodec<T> codec, byte[] bytes, Func<T, bool> isValid)
    {
        T item;
        try
        {
            item = codec.Decode(bytes);
        }
        catch (Exception e) when (e is not (AccessViolationException or NullReferenceException or IndexOutOfRangeException))
        {
            return;
        }

        Assert.IsNotNull(item);
        Assert.IsTrue(isValid(item), $"{codec.Contract} took {Convert.ToHexString(bytes)} as {item}.");
    }

    private static byte Unsafe(bool value) => System.Runtime.CompilerServices.Unsafe.BitCast<bool, byte>(value);
}
