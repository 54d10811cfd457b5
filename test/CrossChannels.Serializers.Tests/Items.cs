using MemoryPack;
using PolyType;

namespace SerializedItems;

[GenerateShape]
internal sealed partial record Job(int Id, string Note, string[] Tags, Dictionary<string, int> Numbers);

[GenerateShape]
[DerivedTypeShape(typeof(Circle), Tag = 1)]
[DerivedTypeShape(typeof(Square), Tag = 2)]
internal abstract partial record Shape;

internal sealed record Circle(double Radius) : Shape;

internal sealed record Square(double Side) : Shape;

[GenerateShape]
internal sealed partial class Node
{
    public Node? Next { get; set; }
}

[GenerateShapeFor<Point>]
[GenerateShapeFor<Point[]>]
internal sealed partial class Shapes;

internal sealed record Point(int X, int Y);

internal sealed class MessagePackForAll() : CrossChannels.MessagePack.MessagePackSerializerFactory(Shapes.GeneratedTypeShapeProvider);

[MemoryPackable]
internal sealed partial record Packed(int Id, string Note, string[] Tags, Dictionary<string, int> Numbers);

[MemoryPackable]
[MemoryPackUnion(1, typeof(PackedCircle))]
[MemoryPackUnion(2, typeof(PackedSquare))]
internal abstract partial record PackedShape;

[MemoryPackable]
internal sealed partial record PackedCircle(double Radius) : PackedShape;

[MemoryPackable]
internal sealed partial record PackedSquare(double Side) : PackedShape;

[MemoryPackable]
internal sealed partial class PackedNode
{
    public PackedNode? Next { get; set; }
}
