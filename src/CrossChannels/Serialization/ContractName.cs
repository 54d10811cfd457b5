using System.Reflection;
using System.Text;

namespace CrossChannels.Serialization;

/// <summary>Names of types without assemblies and versions: <c>System.Collections.Generic.List&lt;System.Int32&gt;</c>.</summary>
internal static class ContractName
{
    /// <summary>The name on the wire: the user's, else that of <see cref="ChannelContractAttribute"/>, else the full name.</summary>
    /// <exception cref="ArgumentException">The user's name is empty or cannot be sent.</exception>
    public static string Of(Type type, string? chosen)
    {
        if (chosen is not null)
            return ContractText.Fit(ContractText.Check(chosen, nameof(ItemOptions<>.ContractName)));

        return ContractText.Fit(Write(type, useAttributes: true));
    }

    /// <summary>The full name as code has it, for messages.</summary>
    public static string Display(Type type) => Write(type, useAttributes: false);

    private static string Write(Type type, bool useAttributes)
    {
        var text = new StringBuilder();
        Append(text, type, useAttributes);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Type type, bool useAttributes)
    {
        if (type.HasElementType)
        {
            Append(text, type.GetElementType()!, useAttributes);
            text.Append(type.IsArray ? $"[{new string(',', type.GetArrayRank() - 1)}]" : type.IsPointer ? "*" : "&");
            return;
        }

        if (useAttributes && type.GetCustomAttribute<ChannelContractAttribute>(inherit: false) is { } contract)
        {
            text.Append(ContractText.Check(contract.Name, nameof(ChannelContractAttribute)));
            AppendArguments(text, type.GetGenericArguments(), useAttributes);
            return;
        }

        if (type.IsGenericParameter || type.IsFunctionPointer)
        {
            text.Append(type);
            return;
        }

        if (type.Namespace is { Length: > 0 } space)
            text.Append(space).Append('.');
        AppendNested(text, type, type.GetGenericArguments(), useAttributes);
    }

    // The arguments of the types around a nested type come first among its own.
    private static void AppendNested(StringBuilder text, Type type, Type[] arguments, bool useAttributes)
    {
        int outer = 0;
        if (type.DeclaringType is { } declaring)
        {
            outer = declaring.GetGenericArguments().Length;
            AppendNested(text, declaring, arguments[..outer], useAttributes);
            text.Append('+');
        }

        int arity = type.Name.IndexOf('`', StringComparison.Ordinal);
        text.Append(arity < 0 ? type.Name : type.Name.AsSpan(0, arity));
        AppendArguments(text, arguments.AsSpan(outer), useAttributes);
    }

    private static void AppendArguments(StringBuilder text, ReadOnlySpan<Type> arguments, bool useAttributes)
    {
        if (arguments.IsEmpty)
            return;

        text.Append('<');
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            Append(text, arguments[i], useAttributes);
        }

        text.Append('>');
    }
}
