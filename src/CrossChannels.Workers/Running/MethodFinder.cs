using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers.Running;

/// <summary>Finds in a worker the method that its parent named.</summary>
internal static class MethodFinder
{
    /// <summary>By module and token, as <see cref="MethodName"/> writes it.</summary>
    /// <param name="message">The start message.</param>
    /// <param name="target">What a lambda without captures is called on; otherwise <see langword="null"/>.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Tokens are sent only where hooks run, and they do not in trimmed programs.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "As above.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public static MethodInfo Find(MessageReader message, out object? target)
    {
        string assembly = message.Text();
        byte[] version = message.Bytes();
        int token = message.Int32();
        Type[] typeArguments = Types(message);
        Type[] methodArguments = Types(message);
        bool hasTarget = message.Boolean();
        Module module = Assembly.Load(assembly).ManifestModule;
        if (module.ModuleVersionId != new Guid(version))
        {
            throw new InvalidOperationException(
                $"{assembly} was replaced by another build while the program ran. Start the program again.");
        }
        var method = (MethodInfo)module.ResolveMethod(token)!;
        if (typeArguments.Length > 0)
        {
            Type type = method.DeclaringType!.MakeGenericType(typeArguments);
            method = (MethodInfo)MethodBase.GetMethodFromHandle(method.MethodHandle, type.TypeHandle)!;
        }
        if (methodArguments.Length > 0)
            method = method.MakeGenericMethod(methodArguments);
        target = hasTarget ? RuntimeHelpers.GetUninitializedObject(method.DeclaringType!) : null;
        return method;
    }

    /// <summary>Among the methods that <c>Main</c> listed.</summary>
    public static MethodInfo FindListed(string name, Delegate[]? listed, out object? target)
    {
        foreach (Delegate candidate in listed ?? [])
        {
            if (string.Equals(MethodName.Listed(candidate.Method), name, StringComparison.Ordinal))
            {
                target = candidate.Target;
                return candidate.Method;
            }
        }
        throw new InvalidOperationException($"{name} is not listed. Name it in Main's WorkerProcess.RunAsync(...), before anything else runs.");
    }

    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "Tokens are sent only where hooks run, and they do not in trimmed programs.")]
    private static Type[] Types(MessageReader message)
    {
        int count = message.Byte();
        if (count == 0)
            return Type.EmptyTypes;
        var types = new Type[count];
        for (int i = 0; i < count; i++)
            types[i] = Type.GetType(message.Text(), throwOnError: true)!;
        return types;
    }
}
