using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Arguments;

/// <summary>
/// Writes and reads arguments and results: simple values as what they are, others by the default serializer of the type that a method
/// declares.
/// </summary>
internal abstract class ValueCodec
{
    /// <summary>For a type that only reflection knows, as that of a parameter in a worker.</summary>
    /// <exception cref="NotSupportedException">A native program has no code for it.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "Nothing of the type argument is looked up.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "No constructor is called: a codec begins with nothing.")]
    [UnconditionalSuppressMessage("AOT", "IL3050",
        Justification = "The parent, which is the same program, has this codec in its code, since a method's value types are those of the call.")]
    public static ValueCodec For(Type type) => (ValueCodec)RuntimeHelpers.GetUninitializedObject(typeof(ValueCodec<>).MakeGenericType(type));

    /// <summary>Writes a simple value; false, and nothing written, for any other.</summary>
    public static bool TryWriteSimple(MessageWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Byte((byte)ValueKind.Null);
                return true;
            case string text:
                writer.Byte((byte)ValueKind.String);
                writer.Text(text);
                return true;
            case byte[] bytes:
                writer.Byte((byte)ValueKind.Bytes);
                writer.Bytes(bytes);
                return true;
            case bool flag:
                writer.Byte((byte)ValueKind.Boolean);
                writer.Boolean(flag);
                return true;
            case int number:
                writer.Byte((byte)ValueKind.Int32);
                writer.Int32(number);
                return true;
            case long number:
                writer.Byte((byte)ValueKind.Int64);
                writer.Int64(number);
                return true;
            case double number:
                writer.Byte((byte)ValueKind.Double);
                writer.Raw(number);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads a simple value, whose kind has been read.</summary>
    public static object? ReadSimple(MessageReader reader, ValueKind kind) => kind switch
    {
        ValueKind.Null => null,
        ValueKind.String => reader.Text(),
        ValueKind.Bytes => reader.Bytes().ToArray(),
        ValueKind.Boolean => reader.Boolean(),
        ValueKind.Int32 => reader.Int32(),
        ValueKind.Int64 => reader.Int64(),
        ValueKind.Double => reader.Raw<double>(),
        _ => throw new InvalidDataException($"This build does not know values of kind {(int)kind}."),
    };

    /// <summary>Writes a value of the declared type.</summary>
    /// <exception cref="NotSupportedException">
    /// It cannot go to another process; the message, which follows "Item 7", says what to do.
    /// </exception>
    public void Write(MessageWriter writer, object? value)
    {
        if (TryWriteSimple(writer, value))
            return;
        if (EndArgument.IsOne(value))
        {
            throw new NotSupportedException(
                $"{value!.GetType()} is an end of a channel, which can be an argument of RunAsync and of an initializer, but neither an " +
                "item of a map nor a result. Pass its address.");
        }
        if (RefusedArguments.ReasonFor(value!) is { } reason)
            throw new NotSupportedException($"a value of type {value!.GetType()} {reason}");
        writer.Byte((byte)ValueKind.Serialized);
        int at = writer.Reserve();
        Serialize(writer, value!);
        writer.Patch(at, writer.Length - at - sizeof(int));
    }

    /// <summary>Fails for a type that cannot cross.</summary>
    /// <exception cref="NotSupportedException">The message names the member and what to do.</exception>
    public abstract void Check();

    /// <summary>What <see cref="Write"/> wrote as <see cref="ValueKind.Serialized"/>, behind its kind.</summary>
    public abstract object? ReadSerialized(MessageReader reader);

    /// <summary>What a completed <see cref="Task{TResult}"/> of the declared type returned.</summary>
    public abstract object? ResultOf(Task task);

    protected abstract void Serialize(IBufferWriter<byte> writer, object value);
}
