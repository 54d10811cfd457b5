using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Running;

/// <summary>An argument that is an end of a channel, or a lock: its ticket is opened here.</summary>
internal static class EndArgument
{
    private const string Open = "OpenAsync";

    /// <summary>Begins to open one; the result is a task until <see cref="FinishAll"/>.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "The types are those of the core, which its own tickets name.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    public static Task BeginAsync(MessageReader message, MethodInfo method, int index)
    {
        Type type = Type.GetType(message.Text(), throwOnError: true)!;
        var ticket = TransferTicket.FromParentBytes(message.Bytes());
        MethodInfo open = type.GetMethod(Open, BindingFlags.Public | BindingFlags.Static, [typeof(TransferTicket), typeof(CancellationToken)])
            ?? throw new MissingMethodException($"{type} of parameter {index} of {method.Name} cannot be opened here.");
        return (Task)open.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [ticket, CancellationToken.None], null)!;
    }

    /// <summary>Waits for the ends that were begun, and puts each in its task's place.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The result of a task is kept.")]
    public static void FinishAll(object?[] arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is not Task opening)
                continue;
#pragma warning disable VSTHRD002 // Nothing else runs in this process yet.
            opening.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            arguments[i] = opening.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(opening);
        }
    }
}
