using System.Buffers;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Arguments;

/// <inheritdoc/>
/// <typeparam name="T">The type that the method declares.</typeparam>
internal sealed class ValueCodec<T> : ValueCodec
{
    private IItemSerializer<T>? _serializer;

    public static ValueCodec<T> Instance { get; } = new();

    private IItemSerializer<T> Serializer => _serializer ??= ItemSerializer.Default<T>();

    /// <summary>As <see cref="ValueCodec.Write"/>; numbers are not boxed.</summary>
    public void Write(MessageWriter writer, T value)
    {
        if (typeof(T) == typeof(int))
            WriteNumber(writer, ValueKind.Int32, value);
        else if (typeof(T) == typeof(long))
            WriteNumber(writer, ValueKind.Int64, value);
        else if (typeof(T) == typeof(double))
            WriteNumber(writer, ValueKind.Double, value);
        else
            Write(writer, (object?)value);
    }

    /// <summary>
    /// Reads a value; numbers are not boxed. Of <see cref="NoItem"/>, which stands for a method without a result, whatever is there is
    /// skipped.
    /// </summary>
    public T Read(MessageReader reader)
    {
        var kind = (ValueKind)reader.Byte();
        if (typeof(T) == typeof(NoItem))
        {
            if (kind == ValueKind.Serialized)
                reader.Bytes();
            else
                ReadSimple(reader, kind);
            return default!;
        }
        if ((typeof(T) == typeof(int) && kind == ValueKind.Int32) || (typeof(T) == typeof(long) && kind == ValueKind.Int64) ||
            (typeof(T) == typeof(double) && kind == ValueKind.Double))
        {
            return reader.Raw<T>();
        }
        return kind == ValueKind.Serialized ? Deserialize(reader) : (T)ReadSimple(reader, kind)!;
    }

    public override void Check()
    {
        if (typeof(T) != typeof(NoItem))
            _ = Serializer;
    }

    public override object? ReadSerialized(MessageReader reader) => Deserialize(reader);

#pragma warning disable VSTHRD002 // It is completed.
    public override object? ResultOf(Task task) => ((Task<T>)task).Result;
#pragma warning restore VSTHRD002

    protected override void Serialize(IBufferWriter<byte> writer, object value) => Serializer.Serialize((T)value, writer);

    private static void WriteNumber(MessageWriter writer, ValueKind kind, T value)
    {
        writer.Byte((byte)kind);
        writer.Raw(value);
    }

    private T Deserialize(MessageReader reader) => Serializer.Deserialize(new ReadOnlySequence<byte>(reader.Bytes()));
}
