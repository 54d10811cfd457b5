using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using CrossChannels;

namespace Published;

/// <summary>An item with metadata.</summary>
internal sealed record Job(int Id, string Note, string[] Tags);

/// <summary>An item with metadata that has a dictionary.</summary>
internal sealed record Index(Dictionary<string, int> Numbers);

/// <summary>An item without metadata.</summary>
internal sealed record Unknown(int Id);

/// <summary>An item whose serializer is its own.</summary>
internal sealed record Line(string Text);

/// <summary>A collection with a member of its own, which JSON would leave out.</summary>
internal sealed class NamedList : List<int>
{
    public string Name { get; set; } = "";
}

/// <summary>Structs that travel as their bytes where their fields can be seen.</summary>
internal readonly record struct Point(int X, int Y);

[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Index))]
[JsonSerializable(typeof(NamedList))]
[JsonSerializable(typeof(SortedSet<int>))]
internal sealed partial class Metadata : JsonSerializerContext;

/// <summary>Named by its class where it is used.</summary>
internal sealed class LineSerializer : IItemSerializer<Line>
{
    public string ContentType => "line-v1";

    public void Serialize(Line item, IBufferWriter<byte> writer) => Encoding.UTF8.GetBytes(item.Text, writer);

    public Line Deserialize(in ReadOnlySequence<byte> bytes) => new(Encoding.UTF8.GetString(bytes));
}

/// <summary>Used by an object alone, so that a native program has no constructor of it that could be looked up.</summary>
internal sealed class HiddenSerializer : IItemSerializer<Line>
{
    private readonly LineSerializer _inner = new();

    public string ContentType => "line-v2";

    public void Serialize(Line item, IBufferWriter<byte> writer) => _inner.Serialize(item, writer);

    public Line Deserialize(in ReadOnlySequence<byte> bytes) => _inner.Deserialize(bytes);
}
