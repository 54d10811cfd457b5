using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace CrossChannels.Tests.Serialization;

[TestClass]
public sealed class RefusalTests
{
    private const string Here = "CrossChannels.Tests.Serialization.";
    private const string HolderOf = Here + "RefusalTests+Holder<";

    [TestMethod]
    public void Object_IsRefusedByPath()
    {
        Assert.StartsWith("System.Object does not say what the reader should create", Codec.Refusal<object>());
        string message = Codec.Refusal<Holder<object>>();
        Assert.StartsWith($"{HolderOf}System.Object>.Payload is System.Object, which does not say what the reader should create", message);
        Assert.Contains("[JsonDerivedType]", message);
    }

    [TestMethod]
    public void Interface_IsRefused()
    {
        Names<IDisposable>("System.IDisposable is an interface");
        Names<Holder<IComparable>>("Payload is System.IComparable, which is an interface");
        Names<Holder<IEnumerable>>("Payload[] is System.Object");
    }

    [TestMethod]
    public void Abstract_IsRefused() => Names<Plan>($"{Here}RefusalTests+Plan is abstract");

    [TestMethod]
    public void Delegate_IsRefused() => Names<Holder<Func<int>>>("Payload is System.Func<System.Int32>, which is code");

    [TestMethod]
    public void WorkInProcess_IsRefused()
    {
        Names<Task>("System.Threading.Tasks.Task is work within this process");
        Names<Holder<Task<int>>>("Payload is System.Threading.Tasks.Task<System.Int32>, which is work");
        Names<ValueTask<int>>("is work within");
        Names<Holder<ValueTask>>("is work within");
        Names<IAsyncEnumerable<int>>("is read asynchronously");
        Names<Holder<CancellationToken>>("is a signal within this process");
    }

    [TestMethod]
    public void Stream_IsRefused()
    {
        Names<Stream>("System.IO.Stream is a stream");
        Names<Holder<MemoryStream>>("Payload is System.IO.MemoryStream, which is a stream");
    }

    [TestMethod]
    public void Reflection_IsRefused()
    {
        Names<Type>("System.Type is a type or member");
        Names<Holder<System.Reflection.MethodInfo>>("Payload is System.Reflection.MethodInfo, which is a type or member");
    }

    [TestMethod]
    public void Exception_IsRefused() => Names<Holder<InvalidOperationException>>("Payload is System.InvalidOperationException, which is an exception");

    [TestMethod]
    public void Channel_IsRefusedWithAdvice()
    {
        Names<Channel<int>>("System.Threading.Channels.Channel<System.Int32> is a channel of this process");
        Names<Holder<ChannelReader<int>>>("open it there by its address");
        Names<Holder<ChannelWriter<string>>>("Payload is System.Threading.Channels.ChannelWriter<System.String>");
        Names<CrossChannelWriter<int>>("open it there by its address");
    }

    [TestMethod]
    public void Pointer_IsRefused()
    {
        Names<nint>("System.IntPtr is a pointer or handle");
        Names<nuint>("System.UIntPtr is a pointer or handle");
        Names<Holder<nint>>("Payload is System.IntPtr");
        Names<WithHandle>($"{Here}WithHandle.Handle is System.IntPtr");
        Names<WithPointer>($"{Here}WithPointer.Where is a pointer");
    }

    [TestMethod]
    [SuppressMessage("Performance", "CA1814:Prefer jagged arrays over multidimensional", Justification = "It is what is refused.")]
    public void ArrayOfSeveralDimensions_IsRefused() => Names<Holder<int[,]>>("Payload is System.Int32[,], which is an array of several dimensions");

    [TestMethod]
    public void WithoutAMemberThatSurvives_IsRefused()
    {
        Names<Blank>("RefusalTests+Blank has no public property or field");
        Names<Holder<Blank>>("Payload is " + Here + "RefusalTests+Blank, which has no public property or field");
        Names<Computed>("has no public property or field");
        Names<Hidden>($"{Here}Hidden has no public property or field");
        Names<System.Numerics.BigInteger>("System.Numerics.BigInteger is a number that JSON does not have");
        Names<Lazy<int>>("System.Lazy<System.Int32>");
        Names<Holder<Index>>("Payload is System.Index, which is a type of .NET that JSON does not restore");
    }

    [TestMethod]
    public void MemberThatCannotBeReadBack_IsRefused()
    {
        Names<WithPrivateSetter>("WithPrivateSetter.Secret is written but could not be read back");
        Names<WithGetOnlyList>("WithGetOnlyList.Items is written but could not be read back");
        Assert.AreEqual(1, Codec.RoundTrip(new WithComputed { Number = 1 }).Number);
        Assert.AreEqual(5, Codec.RoundTrip(WithIncluded.Of(5)).Secret);
        CollectionAssert.AreEqual(new[] { 1, 2 }, Codec.RoundTrip(new WithPopulated { Items = { 1, 2 } }).Items);
    }

    [TestMethod]
    public void WithoutAConstructor_IsRefused()
    {
        Names<Unmakeable>("RefusalTests+Unmakeable has no constructor that JSON can call");
        Names<System.Net.IPAddress>("System.Net.IPAddress is not written by JSON as an address");
    }

    [TestMethod]
    public void DeepInside_IsRefusedByPath()
    {
        Names<List<Holder<Action>>>("[].Payload is System.Action");
        Names<Holder<Dictionary<string, Stream[]>>>("Payload[].Value[] is System.IO.Stream");
        Names<(int, object)>("Item2 is System.Object");
        Names<Loop>("Loop.Next.Other is System.Object".Replace("Next.", string.Empty, StringComparison.Ordinal));
        Names<Base>("Leaf.Payload is System.Object");
        Names<Holder<Nullable<(int, Stream)>>>("Payload.Item2 is System.IO.Stream");
    }

    [TestMethod]
    public void DerivedTypeWithoutDiscriminator_IsRefused() => Names<Loose>("without a discriminator");

    [TestMethod]
    public void Collections_ThatChange_AreRefused()
    {
        Names<Stack<int>>("System.Collections.Generic.Stack<System.Int32> comes back from JSON in reverse order");
        Names<ConcurrentStack<int>>("in reverse order");
        Names<Batch>("RefusalTests+Batch is a collection, of which JSON keeps the elements and loses Name");
        Names<ArraySegment<int>>("is a collection that JSON can write but not read");
        Names<Dictionary<(int, int), int>>("[].Key is System.ValueTuple<System.Int32,System.Int32>, which cannot be a key");
        Names<StringBuilder>("without its text");
        Names<Holder<FixedBuffer>>("Payload.Numbers is a fixed buffer");
    }

    [TestMethod]
    public void IgnoredMember_IsNotLookedAt()
    {
        Assert.AreEqual(1, Codec.RoundTrip(new WithIgnored { Number = 1, Payload = new object() }).Number);
    }

    [TestMethod]
    public void OwnConverter_MakesAnyTypeFit()
    {
        WithConverter copy = Codec.RoundTrip(new WithConverter { Text = new StringBuilder("abc") });

        Assert.AreEqual("abc", copy.Text?.ToString());
    }

    [TestMethod]
    public void Json_RunsTheSameChecks()
    {
        Assert.Contains("Payload is System.Object", Codec.Refusal(ItemSerializer.Json<Holder<object>>()));
        Assert.Contains("Item2", Codec.Refusal(ItemSerializer.Json<(int, object)>(new JsonSerializerOptions { IncludeFields = true })));
        Assert.Contains("has no public property or field", Codec.Refusal(ItemSerializer.Json(SampleContext.Default.ValueTupleInt32String)));
    }

    private static void Names<T>(string expected) => Assert.Contains(expected, Codec.Refusal<T>());

    internal sealed class Holder<TPayload>
    {
        public TPayload? Payload { get; set; }
    }

    internal abstract class Plan
    {
        public int Number { get; set; }
    }

    internal sealed class Blank;

    internal sealed class Computed
    {
        private readonly int _seed = Environment.ProcessId;

        public int Number => _seed;
    }

    internal sealed class WithComputed
    {
        public int Number { get; set; }

        public int Twice => Number * 2;
    }

    internal sealed class WithPrivateSetter
    {
        public int Number { get; set; }

        public int Secret { get; private set; }

        public void Set() => Secret = Number;
    }

    internal sealed class WithIncluded
    {
        [JsonInclude]
        public int Secret { get; private set; }

        public static WithIncluded Of(int secret) => new() { Secret = secret };
    }

    internal sealed class WithGetOnlyList
    {
        public int Number { get; set; }

        public List<int> Items { get; } = [];
    }

    internal sealed class WithPopulated
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Items { get; } = [];
    }

    internal sealed class Unmakeable
    {
        private Unmakeable()
        {
        }

        public static Unmakeable Instance { get; } = new();

        public int Number { get; set; }
    }

    internal sealed class Loop
    {
        public Loop? Next { get; set; }

        public object? Other { get; set; }
    }

    [JsonDerivedType(typeof(Leaf), "leaf")]
    internal class Base;

    internal sealed class Leaf : Base
    {
        public object? Payload { get; set; }
    }

    [JsonDerivedType(typeof(Tight))]
    internal class Loose
    {
        public int Number { get; set; }
    }

    internal sealed class Tight : Loose
    {
        public int More { get; set; }
    }

    internal sealed class Batch : List<int>
    {
        public string? Name { get; set; }
    }

    internal sealed class WithIgnored
    {
        public int Number { get; set; }

        [JsonIgnore]
        public object? Payload { get; set; }
    }

    internal sealed class WithConverter
    {
        [JsonConverter(typeof(StringBuilderConverter))]
        public StringBuilder? Text { get; set; }
    }

    internal sealed class StringBuilderConverter : JsonConverter<StringBuilder>
    {
        public override StringBuilder? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString());

        public override void Write(Utf8JsonWriter writer, StringBuilder value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
