using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CrossChannels.Workers.Methods;

/// <summary>Which variables of the method around it a lambda or local function uses, for the text of an error.</summary>
internal static class CapturedVariables
{
    private const byte LoadField = 0x7B;
    private const byte LoadFieldAddress = 0x7C;
    private const byte StoreField = 0x7D;

    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <param name="method">The lambda or local function.</param>
    /// <param name="scope">The class that the compiler made for the variables of the scope around it.</param>
    public static string Describe(MethodInfo method, Type scope)
    {
        List<FieldInfo> all = VariablesOf(scope);
        List<FieldInfo> used = all.FindAll(UsesOf(method).Contains);

        // Lambdas of one scope share its class, and not all of its variables need be this one's. A lambda within this one has a body
        // of its own.
        List<FieldInfo> named = used.Count > 0 ? used : all;
        string[] names =
            [.. named.Select(static field => field.Name).Where(static name => !CompilerName.IsOne(name)).Distinct(StringComparer.Ordinal)];
        return names switch
        {
            [] => named.Count > 0 ? "the object around it" : "variables of the method around it",
            [string one] when used.Count > 0 => $"'{one}' of the method around it",
            _ when used.Count > 0 => $"'{string.Join("', '", names)}' of the method around it",
            _ => $"variables of the method around it, such as '{string.Join("', '", names)}'",
        };
    }

    /// <summary>The fields of a scope and of the scopes around it, which it refers to.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Only for the text of an error.")]
    private static List<FieldInfo> VariablesOf(Type scope)
    {
        List<FieldInfo> all = [];
        foreach (FieldInfo field in scope.GetFields(Fields))
        {
            if (field.Name.StartsWith("CS$", StringComparison.Ordinal))
                all.AddRange(VariablesOf(field.FieldType));
            else
                all.Add(field);
        }
        return all;
    }

    /// <summary>The fields that the code of a method, or of the state machine that it starts, loads and stores.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026",
        Justification = "Only for the text of an error; without code it names all variables.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    private static HashSet<FieldInfo> UsesOf(MethodInfo method)
    {
        var used = new HashSet<FieldInfo>();
        // A native program has no code of that kind.
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return used;
        Type? machine = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType;
        MethodBase body = machine?.GetMethod("MoveNext", Fields) ?? (MethodBase)method;
        byte[] code = body.GetMethodBody()?.GetILAsByteArray() ?? [];

        // Each place that may be such an instruction, since that needs no table of all others: what is none names no field.
        for (int i = 0; i + sizeof(int) < code.Length; i++)
        {
            if (code[i] is LoadField or LoadFieldAddress or StoreField && FieldAt(body, BitConverter.ToInt32(code, i + 1)) is { } field)
                used.Add(field);
        }
        return used;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "As above.")]
    private static FieldInfo? FieldAt(MethodBase body, int token)
    {
        try
        {
            Type[] typeArguments = body.DeclaringType?.GetGenericArguments() ?? [];
            return body.Module.ResolveField(token, typeArguments, body.IsGenericMethod ? body.GetGenericArguments() : []);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}
