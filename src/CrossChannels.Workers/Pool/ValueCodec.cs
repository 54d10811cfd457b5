using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers.Pool;

/// <summary>Arguments and results as bytes, by the default serializer of their type.</summary>
/// <typeparam name="T">The type that it is declared as.</typeparam>
internal static class ValueCodec<T>
{
    private const int Null = -1;
    private const int End = -2;

    private static IItemSerializer<T>? s_serializer;

    private static bool IsPlain =>
        typeof(T) == typeof(int) || typeof(T) == typeof(long) || typeof(T) == typeof(double) || typeof(T) == typeof(float) ||
        typeof(T) == typeof(byte) || typeof(T) == typeof(short) || typeof(T) == typeof(uint) || typeof(T) == typeof(ulong);

    private static IItemSerializer<T> Serializer => s_serializer ??= ItemSerializer.Default<T>();

    /// <summary>Fails at the call for a type that cannot cross.</summary>
    /// <exception cref="NotSupportedException">The message names the member and what to do.</exception>
    public static void Check()
    {
        if (!IsPlain && typeof(T) != typeof(NoItem))
            _ = Serializer;
    }

    public static void Write(TaskWriter writer, T value)
    {
        if (typeof(T) == typeof(NoItem))
            return;
        if (IsPlain)
        {
            writer.Raw(value);
            return;
        }
        int at = writer.Reserve();
        if (value is null)
        {
            writer.Patch(at, Null);
            return;
        }
        if (!typeof(T).IsValueType && TransferTicket.IsEnd(value))
        {
            writer.Patch(at, End);
            writer.Text(EndTypes.Find(value.GetType()).AssemblyQualifiedName!);
            writer.Bytes(TicketOf(writer, value));
            return;
        }
        if (!typeof(T).IsValueType && RefusedArguments.ReasonFor(value) is { } reason)
            throw new NotSupportedException($"A value of type {value.GetType()} {reason}");
        Serializer.Serialize(value, writer);
        writer.Patch(at, writer.Length - at - sizeof(int));
    }

    public static T Read(TaskReader reader)
    {
        if (typeof(T) == typeof(NoItem))
            return default!;
        if (IsPlain)
            return reader.Raw<T>();
        int length = reader.Int32();
        return length switch
        {
            Null => default!,
            End => ReadEnd(reader),
            _ => Serializer.Deserialize(reader.Sequence(length)),
        };
    }

    /// <summary>Notes a value that is an end of a channel, or a lock.</summary>
    public static void Collect(List<object> ends, T value)
    {
        if (!typeof(T).IsValueType && value is not null && TransferTicket.IsEnd(value))
            ends.Add(value);
    }

    private static byte[] TicketOf(TaskWriter writer, object end) =>
        writer.Ends?.Find(end) ?? throw new NotSupportedException(
            $"{end.GetType()} is an end of a channel, which can be an argument of RunAsync and of an initializer, and no item of a map. Pass its address.");

    private static T ReadEnd(TaskReader reader)
    {
        object end = PoolEnds.Open(reader.Text(), reader.Bytes().ToArray());
        reader.Keep((IAsyncDisposable)end);
        return (T)end;
    }
}
