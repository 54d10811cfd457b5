using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Arguments;

/// <summary>
/// An argument that is an end of a channel, or a lock: it travels as a ticket, behind the name of the type that opens it.
/// </summary>
internal static class EndArgument
{
    private const string Open = "OpenAsync";

    private static readonly Type[] s_opening =
    [
        typeof(LeasedReader<>), typeof(CrossChannelReader<>), typeof(CrossChannelWriter<>), typeof(SharedChannel<>),
        typeof(LeasedChannel<>), typeof(DuplexChannel<,>), typeof(CrossLock),
    ];

    public static bool IsOne(object? value) => TransferTicket.IsEnd(value);

    public static void Write(MessageWriter message, object end, TransferTicket ticket)
    {
        message.Byte((byte)ValueKind.End);
        message.Text(OpeningType(end.GetType()).AssemblyQualifiedName!);
        message.Bytes(ticket.ToChildBytes());
    }

    /// <summary>Begins to open one; <see cref="Finish"/> waits for it.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "The types are those of the core, which its own tickets name.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    public static Task BeginAsync(MessageReader message)
    {
        string name = message.Text();
        Type type = Type.GetType(name, throwOnError: true)!;
        byte[] ticket = message.Bytes().ToArray();
        if (!Opens(type))
            throw new InvalidDataException($"{type} opens no end of a channel.");
        Type[] parameters = [typeof(TransferTicket), typeof(CancellationToken)];
        MethodInfo open = type.GetMethod(Open, BindingFlags.Public | BindingFlags.Static, parameters)
            ?? throw new MissingMethodException($"{type} cannot be opened here.");
        object?[] arguments = [TransferTicket.FromParentBytes(ticket), CancellationToken.None];
        return (Task)open.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
    }

    /// <summary>Waits on this thread, which has nothing else to do: it is that of the worker's method, or of a task.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The result of a task is kept.")]
    public static object Finish(Task opening)
    {
#pragma warning disable VSTHRD002 // See above.
        opening.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        return opening.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(opening)!;
    }

    /// <summary>The nearest of an end's base types that can be opened.</summary>
    private static Type OpeningType(Type end)
    {
        for (Type? type = end; type is not null; type = type.BaseType)
        {
            if (Opens(type))
                return type;
        }
        throw new ArgumentException($"{end} cannot be opened in another process.", nameof(end));
    }

    private static bool Opens(Type type) => Array.IndexOf(s_opening, type.IsGenericType ? type.GetGenericTypeDefinition() : type) >= 0;
}
