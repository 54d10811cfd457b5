using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrossChannels.Tests.Serialization;

/// <summary>User code that throws while an item is written or read, with an exception that cannot even say what it is: that call's error.</summary>
[TestClass]
public sealed class ThrowingItemTests
{
    [TestMethod]
    public async Task Converter_ThrowsAtTheWrite_ThatWriteFailsAndTheChannelLives() =>
        await PassAsync(new Faulty(1), new Faulty(Faulty.ThrowsAtWrite), isWritten: false);

    [TestMethod]
    public async Task Converter_ThrowsAtTheRead_ThatReadFailsAndTheChannelLives() =>
        await PassAsync(new Faulty(1), new Faulty(Faulty.ThrowsAtRead), isWritten: true);

    [TestMethod]
    public async Task Serializer_ThrowsAtTheRead_ThatReadFailsAndTheChannelLives()
    {
        var items = new ItemOptions<string> { Serializer = new FaultySerializer() };
        await PassAsync("good", "bad", isWritten: true, items);
    }

    [TestMethod]
    public async Task Equals_ToStringAndGetHashCodeThrow_ItemsCross()
    {
        (DuplexChannel<Unequal, NoItem> here, DuplexChannel<NoItem, Unequal> there) = CrossChannel.CreatePair<Unequal, NoItem>();
        await using (here)
        await using (there)
        {
            await here.Writer.WriteAsync(new Unequal { X = 5 }).Done();
            Assert.AreEqual(5, (await there.Reader.ReadAsync().Done()).X);
        }
    }

    [TestMethod]
    public async Task Comparer_ThrowsWhenCompared_IsRefusedWithoutBeingAsked()
    {
        (DuplexChannel<Dictionary<string, int>, NoItem> here, _) = CrossChannel.CreatePair<Dictionary<string, int>, NoItem>();
        await using (here)
        {
            await Assert.ThrowsExactlyAsync<NotSupportedException>(
                () => here.Writer.WriteAsync(new Dictionary<string, int>(new FaultyComparer())).Done());
        }
    }

    private static async Task PassAsync<T>(T good, T bad, bool isWritten, ItemOptions<T>? items = null)
    {
        items ??= new ItemOptions<T>();
        (DuplexChannel<T, NoItem> here, DuplexChannel<NoItem, T> there) = CrossChannel.CreatePair(
            new DuplexChannelOptions<T, NoItem> { WriteItems = items }, new DuplexChannelOptions<NoItem, T> { ReadItems = items });
        await using (here)
        await using (there)
        {
            if (isWritten)
            {
                await here.Writer.WriteAsync(bad).Done();
                ItemUnreadableException e =
                    await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => there.Reader.ReadAsync().Done());
                Assert.Contains(nameof(SilentException), e.Message);
            }
            else
            {
                await Assert.ThrowsExactlyAsync<SilentException>(() => here.Writer.WriteAsync(bad).Done());
            }

            await here.Writer.WriteAsync(good).Done();
            Assert.AreEqual(good, await there.Reader.ReadAsync().Done());
            here.Writer.Complete();
            await there.Reader.Completion.Done();
        }
    }

    [JsonConverter(typeof(FaultyConverter))]
    private sealed record Faulty(int Value)
    {
        public const int ThrowsAtWrite = -1;
        public const int ThrowsAtRead = -2;
    }

    private sealed class FaultyConverter : JsonConverter<Faulty>
    {
        public override Faulty Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetInt32() is not Faulty.ThrowsAtRead and var value ? new Faulty(value) : throw new SilentException();

        public override void Write(Utf8JsonWriter writer, Faulty value, JsonSerializerOptions options)
        {
            if (value.Value == Faulty.ThrowsAtWrite)
                throw new SilentException();
            writer.WriteNumberValue(value.Value);
        }
    }

    private sealed class FaultySerializer : IItemSerializer<string>
    {
        public string ContentType => "faulty";

        public void Serialize(string item, IBufferWriter<byte> writer) =>
            writer.Write(Encoding.UTF8.GetBytes(item));

        public string Deserialize(in ReadOnlySequence<byte> bytes) =>
            Encoding.UTF8.GetString(bytes) is not "bad" and var text ? text : throw new SilentException();
    }

    private sealed class Unequal
    {
        public int X { get; set; }

        public override bool Equals(object? obj) => throw new SilentException();

        public override int GetHashCode() => throw new SilentException();

        public override string ToString() => throw new SilentException();
    }

    private sealed class FaultyComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => throw new SilentException();

        public int GetHashCode(string obj) => throw new SilentException();

        public override bool Equals(object? obj) => throw new SilentException();

        public override int GetHashCode() => throw new SilentException();
    }

    private sealed class SilentException : Exception
    {
        public override string Message => throw new FormatException();
    }
}
