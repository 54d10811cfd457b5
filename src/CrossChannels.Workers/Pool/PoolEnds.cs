using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>Opens in a worker the ends that came as arguments of a task.</summary>
internal static class PoolEnds
{
    /// <summary>Waits on this thread, which belongs to the task.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "The types are those of the core, which its own tickets name.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above; the result of a task is kept.")]
    public static object Open(string typeName, byte[] ticket)
    {
        Type type = Type.GetType(typeName, throwOnError: true)!;
        MethodInfo open = type.GetMethod("OpenAsync", BindingFlags.Public | BindingFlags.Static, [typeof(TransferTicket), typeof(CancellationToken)])
            ?? throw new MissingMethodException($"{type} cannot be opened here.");
        var opening = (Task)open.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [TransferTicket.FromParentBytes(ticket), CancellationToken.None], null)!;
#pragma warning disable VSTHRD002 // See above.
        opening.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        return opening.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(opening)!;
    }
}
