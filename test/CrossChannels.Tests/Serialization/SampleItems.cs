using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace CrossChannels.Tests.Serialization;

internal sealed record Job(int Id, string? Name, double[] Values);

internal sealed class WithFields
{
    public int Number;
    public string? Text;
    public (int, string) Pair;
}

internal sealed class WithReadOnlyField(int number)
{
    public readonly int Number = number;
}

internal record Animal(string Name);

internal sealed record Dog(string Name, int Bones) : Animal(Name);

internal sealed class Kennel
{
    public Animal? Guest { get; set; }

    public List<Animal> Others { get; set; } = [];

    public Dictionary<string, Animal> ByName { get; set; } = [];
}

[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Unit), "unit")]
internal abstract record Shape;

internal record Circle(double Radius) : Shape;

internal sealed record Unit : Shape;

internal sealed record BigCircle(double Radius) : Circle(Radius);

internal sealed record Node(int Value, Node? Next);

internal sealed record Envelope<TItem>(string Id, TItem Item, List<Dictionary<string, TItem?>> More);

internal enum Colour : byte
{
    Red,
    Green = 200,
}

internal readonly record struct Tick(long Time, double Price);

internal readonly record struct Trade(int Id, int Count, DateTime When, decimal Price);

internal record struct Mixed(int Id, DateTime When, int Count);

internal struct Padded
{
    public byte Small;
    public long Large;
}

[StructLayout(LayoutKind.Explicit)]
internal struct Overlaid
{
    [FieldOffset(0)]
    public int Number;

    [FieldOffset(0)]
    public float Same;
}

internal record struct Flagged(bool First, bool Second, short Number);

internal struct Empty;

internal unsafe struct FixedBuffer
{
    public int Count;
    public fixed int Numbers[3];
}

[InlineArray(4)]
internal struct FourFlags
{
    private bool _first;
}

internal struct Hidden
{
    private readonly byte _small;
    private readonly long _large;

    public Hidden(long large)
    {
        _small = 1;
        _large = large;
    }

    public readonly long Sum() => _small + _large;
}

internal unsafe struct WithPointer(int* where)
{
    public int* Where = where;
}

internal struct WithHandle(nint handle)
{
    public nint Handle = handle;
}

[ChannelContract("billing.invoice")]
internal sealed record Invoice(int Number);

[ChannelContract("page")]
internal sealed record Page<TItem>(List<TItem> Items);

[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Kennel))]
[JsonSerializable(typeof(Shape))]
[JsonSerializable(typeof((int, string)))]
internal sealed partial class SampleContext : JsonSerializerContext;
