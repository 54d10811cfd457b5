using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Methods;

/// <summary>Finds in a worker the method that its parent named.</summary>
internal static class MethodFinder
{
    /// <summary>Reads a name, as <see cref="MethodName"/> writes it, and finds its method.</summary>
    /// <param name="message">Stands at the name.</param>
    /// <param name="listed">The methods that <c>Main</c> listed; <see langword="null"/> if the hook runs.</param>
    /// <param name="target">What a lambda without captures is called on; otherwise <see langword="null"/>.</param>
    public static MethodInfo Find(MessageReader message, Delegate[]? listed, out object? target) =>
        message.Byte() == MethodName.ByToken ? FindByToken(message, out target) : FindListed(message.Text(), listed, out target);

    [UnconditionalSuppressMessage("Trimming", "IL2026",
        Justification = "Tokens are sent only where hooks run, and they do not in trimmed programs.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "As above.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static MethodInfo FindByToken(MessageReader message, out object? target)
    {
        string assembly = message.Text();
        var version = new Guid(message.Bytes().Span);
        int token = message.Int32();
        byte traits = message.Byte();

        // Without a version, which takes milliseconds to look at; the module's own says more.
        Module module = Assembly.Load(new AssemblyName { Name = assembly }).ManifestModule;
        if (module.ModuleVersionId != version)
            throw Replaced(assembly);
        var method = (MethodInfo)module.ResolveMethod(token)!;
        if ((traits & MethodName.IsGeneric) != 0)
            method = MakeGeneric(method, message);
        target = (traits & MethodName.HasTarget) != 0 ? RuntimeHelpers.GetUninitializedObject(method.DeclaringType!) : null;
        return method;
    }

    private static MethodInfo FindListed(string name, Delegate[]? listed, out object? target)
    {
        foreach (Delegate candidate in listed ?? [])
        {
            if (string.Equals(MethodName.Listed(candidate.Method), name, StringComparison.Ordinal))
            {
                target = candidate.Target;
                return candidate.Method;
            }
        }
        throw new InvalidOperationException(
            $"{name} is not listed. Name it in Main's WorkerProcess.RunAsync(...), before anything else runs.");
    }

    [UnconditionalSuppressMessage("Trimming", "IL2055",
        Justification = "Tokens are sent only where hooks run, and they do not in trimmed programs.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static MethodInfo MakeGeneric(MethodInfo method, MessageReader message)
    {
        Type[] typeArguments = Types(message);
        Type[] methodArguments = Types(message);
        if (typeArguments.Length > 0)
        {
            Type type = method.DeclaringType!.MakeGenericType(typeArguments);
            method = (MethodInfo)MethodBase.GetMethodFromHandle(method.MethodHandle, type.TypeHandle)!;
        }
        return methodArguments.Length > 0 ? method.MakeGenericMethod(methodArguments) : method;
    }

    // Apart, because text is expensive to compile, and a worker compiles while its parent waits.
    private static InvalidOperationException Replaced(string assembly) =>
        new($"{assembly} was replaced by another build while the program ran. Start the program again.");

    [UnconditionalSuppressMessage("Trimming", "IL2057",
        Justification = "Tokens are sent only where hooks run, and they do not in trimmed programs.")]
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
