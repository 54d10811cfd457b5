using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace CrossChannels.Tests.Snippets;

internal sealed record Job(int Id, string Text);

internal sealed record Request(int Left, int Right);

internal sealed record Reply(int Sum);

// snippet: json-context
[JsonSerializable(typeof(Job))]
internal sealed partial class JobContext : JsonSerializerContext;
// end

// snippet: custom-serializer
internal sealed class PointSerializer : IItemSerializer<Point>
{
    public string ContentType => "point-v1";

    public void Serialize(Point item, IBufferWriter<byte> writer)
    {
        Span<byte> bytes = writer.GetSpan(8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, item.X);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], item.Y);
        writer.Advance(8);
    }

    public Point Deserialize(in ReadOnlySequence<byte> bytes)
    {
        byte[] all = bytes.ToArray();
        return new Point(BinaryPrimitives.ReadInt32LittleEndian(all), BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(4)));
    }
}
// end

internal sealed record Point(int X, int Y);

// snippet: contract-name
[ChannelContract("orders.line")]
internal sealed record OrderLine(string Article, int Quantity);
// end

// snippet: polymorphic
[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
internal abstract record Shape;

internal sealed record Circle(double Radius) : Shape;

internal sealed record Square(double Side) : Shape;
// end
