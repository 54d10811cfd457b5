using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Finds the state of a type that JSON would leave out without an error: its members, and what stands behind them.</summary>
/// <remarks>
/// A property without a setter is computed, or shows a private field, which would be lost: the code of its getter tells. What a class
/// keeps in private fields that no public property shows is taken for a cache; in a struct it is a value, because the same struct
/// travels as its bytes, whole, as long as it contains no reference.
/// </remarks>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2065", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Unseen)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Unseen)]
internal sealed class JsonState
{
    private const string Unseen = "A member that trimming has removed is not in use, and nothing can be lost with it.";
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly HashSet<(Type?, string)> _members = [];
    private readonly List<PropertyInfo> _restoredProperties = [];
    private readonly HashSet<(Module, int)> _restoredFields = [];

    private readonly JsonTypeInfo _info;

    private JsonState(JsonTypeInfo info, Func<JsonPropertyInfo, bool> isReadBack)
    {
        _info = info;
        foreach (JsonPropertyInfo property in info.Properties)
        {
            if (property.AttributeProvider is not MemberInfo member || property.Get is null)
                continue;

            _members.Add((member.DeclaringType, member.Name));
            if (!isReadBack(property))
                continue;
            if (member is PropertyInfo restored)
                AddRestored(restored);
            else
                _restoredFields.Add((member.Module, member.MetadataToken));
        }
    }

    /// <summary>The first member that would be lost, and why, with what to do; null if there is none.</summary>
    /// <param name="info">A type that JSON writes member by member.</param>
    /// <param name="isReadBack">Whether JSON sets a member when it reads.</param>
    public static (string Member, string Reason)? FindLost(JsonTypeInfo info, Func<JsonPropertyInfo, bool> isReadBack)
    {
        // Without code at run time, as under native AOT, there is nothing to look at.
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return null;

        var state = new JsonState(info, isReadBack);
        for (Type? type = info.Type; type is not null && !JsonCollections.IsOfFramework(type); type = type.BaseType)
        {
            if ((state.FindLostProperty(type) ?? state.FindLostField(type)) is { } lost)
                return lost;
        }

        return null;
    }

    private void AddRestored(PropertyInfo property)
    {
        _restoredProperties.Add(property);
        foreach (MethodInfo accessor in property.GetAccessors(nonPublic: true))
            _restoredFields.UnionWith(FieldAccess.Of(accessor).Select(access => access.Field));
    }

    private (string, string)? FindLostProperty(Type type)
    {
        foreach (PropertyInfo property in type.GetProperties(Own))
        {
            if (property.GetMethod is not { } getter || property.GetIndexParameters().Length > 0 || IsIgnored(property)
                || property.Name.Contains('.', StringComparison.Ordinal))
            {
                continue;
            }

            bool isStored = property.SetMethod is not null || type.GetField($"<{property.Name}>k__BackingField", Own) is not null;
            if (isStored && !IsKnown(property, getter) && !IsRestored(getter) && WhyLeftOut(property, getter) is { } why)
                return (property.Name, why);

            if (getter.IsPublic && !isStored && LostField(type, getter) is { } field)
            {
                return (property.Name, $"shows the private field {field}, which JSON does not restore. Give the property an init " +
                    "setter, mark the field with [JsonInclude], or the property with [JsonIgnore] if it need not cross.");
            }
        }

        return null;
    }

    private (string, string)? FindLostField(Type type)
    {
        foreach (FieldInfo field in type.GetFields(Own))
        {
            if (IsKnown(field) || IsIgnored(field))
                continue;
            if (field.IsPublic)
            {
                return (field.Name, "is a public field, and the JSON options leave fields out. Set IncludeFields, or mark it with " +
                    "[JsonIgnore] if it need not cross.");
            }

            if (type.IsValueType && !field.Name.StartsWith('<'))
            {
                return (field.Name, "is a private field of a struct, which JSON leaves out. Mark it with [JsonInclude], or with " +
                    "[JsonIgnore] if it need not cross.");
            }
        }

        return null;
    }

    private string? WhyLeftOut(PropertyInfo property, MethodInfo getter)
    {
        for (Type? type = _info.Type; type is not null && type != property.DeclaringType; type = type.BaseType)
        {
            if (type.GetMember(property.Name, Own).Length > 0)
            {
                return $"is hidden by {ContractName.Display(type)}.{property.Name}, which alone JSON writes. Rename one of them, or mark " +
                    "the hidden one with [JsonIgnore] if it need not cross.";
            }
        }

        // One that is public and is not there was taken out of the metadata on purpose.
        return getter.IsPublic
            ? null
            : "is not public, and JSON leaves it out. Mark it with [JsonInclude], or with [JsonIgnore] if it need not cross.";
    }

    // An override stands for what it overrides.
    private bool IsKnown(PropertyInfo property, MethodInfo getter) =>
        _members.Contains((property.DeclaringType, property.Name))
        || (getter.IsVirtual && _restoredProperties.Exists(other => other.GetMethod?.GetBaseDefinition() == getter.GetBaseDefinition()));

    // A property that is not public may stand behind a public one, as a field does.
    private bool IsRestored(MethodInfo getter)
    {
        FieldAccess[] accesses = FieldAccess.Of(getter);
        return accesses.Length > 0 && Array.TrueForAll(accesses, access => _restoredFields.Contains(access.Field));
    }

    private string? LostField(Type type, MethodInfo getter)
    {
        FieldAccess[] accesses = FieldAccess.Of(getter);
        foreach (FieldInfo field in type.GetFields(Own).Where(field => !field.Name.StartsWith('<') && !IsKnown(field)))
        {
            (Module, int) key = (field.Module, field.MetadataToken);
            FieldUse[] uses = [.. accesses.Where(access => access.Field == key).Select(access => access.Use)];

            // What a getter assigns, or has assigned by LazyInitializer, is a cache. The address of a value is taken to read it.
            bool isCache = uses.Contains(FieldUse.Write) || (!field.FieldType.IsValueType && uses.Contains(FieldUse.Address));
            if (uses.Length > 0 && !isCache && !IsIgnored(field) && !IsConstant(type, field) && !IsOwnWork(field.FieldType))
                return field.Name;
        }

        return null;
    }

    private bool IsKnown(FieldInfo field) =>
        _members.Contains((field.DeclaringType, field.Name)) || _restoredFields.Contains((field.Module, field.MetadataToken));

    // The constructor that JSON calls makes it what it is everywhere.
    private static bool IsConstant(Type type, FieldInfo field) =>
        field.IsInitOnly
        && (field.FieldType.IsPrimitive || field.FieldType.IsEnum || field.FieldType == typeof(string))
        && type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) is [var only]
        && only.GetParameters().Length == 0;

    private static bool IsOwnWork(Type type) =>
        type == typeof(object) || type == typeof(Lock) || type.IsSubclassOf(typeof(Delegate))
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Lazy<>));

    private static bool IsIgnored(MemberInfo member) =>
        member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always }
        || member.IsDefined(typeof(NonSerializedAttribute), inherit: false);

    private enum FieldUse
    {
        Read,
        Write,
        Address,
    }

    /// <summary>What the code of a method does with a field.</summary>
    private readonly record struct FieldAccess((Module, int) Field, FieldUse Use)
    {
        private const int MaxDepth = 3;

        private static readonly FrozenDictionary<short, OpCode> s_codes = typeof(OpCodes)
            .GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (OpCode)field.GetValue(null)!)
            .ToFrozenDictionary(code => code.Value);

        /// <summary>All of a method, and of those of the same type that it calls.</summary>
        public static FieldAccess[] Of(MethodInfo method) => [.. Read(method, MaxDepth)];

        private static IEnumerable<FieldAccess> Read(MethodInfo method, int depth)
        {
            // The code of an iterator stands in a class of its own.
            MethodInfo body = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", Own) ?? method;
            byte[] code = body.GetMethodBody()?.GetILAsByteArray() ?? [];
            for (int at = 0; at < code.Length;)
            {
                OpCode operation = s_codes[code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at]];
                at += operation.Size;
                if (operation.OperandType == OperandType.InlineField)
                {
                    if (Resolve(body, code, at) is FieldInfo { IsStatic: false } field)
                        yield return new FieldAccess((field.Module, field.MetadataToken), UseOf(operation));
                }
                else if (operation.OperandType == OperandType.InlineMethod && depth > 0 && Resolve(body, code, at) is MethodInfo called
                    && called.DeclaringType == method.DeclaringType && called != method)
                {
                    foreach (FieldAccess access in Read(called, depth - 1))
                        yield return access;
                }

                at += SizeOfOperand(operation, code, at);
            }
        }

        private static FieldUse UseOf(OpCode operation) =>
            operation == OpCodes.Stfld ? FieldUse.Write : operation == OpCodes.Ldflda ? FieldUse.Address : FieldUse.Read;

        private static int SizeOfOperand(OpCode operation, byte[] code, int at) => operation.OperandType switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
            _ => 4,
        };

        private static MemberInfo? Resolve(MethodInfo method, byte[] code, int at)
        {
            Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
            Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
            return method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod);
        }
    }
}
