using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Running;

/// <summary>An argument that travels by the default serializer of its type.</summary>
internal static class SerializedArgument
{
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A trimmed program is told by the exception of JSON what its parameter needs.")]
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "A name is sent only where it differs from the parameter's type.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "Read<T> asks nothing of T.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Under native AOT the exception says what to pass instead.")]
    public static object? Read(MessageReader message, MethodInfo method, int index)
    {
        string name = message.Text();
        byte[] bytes = message.Bytes();
        Type type = name.Length == 0 ? method.GetParameters()[index].ParameterType : Type.GetType(name, throwOnError: true)!;
        MethodInfo read = typeof(SerializedArgument).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);
        return read.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [bytes], null);
    }

    private static object? ReadAs<T>(byte[] bytes) => ItemSerializer.Default<T>().Deserialize(new ReadOnlySequence<byte>(bytes));
}
