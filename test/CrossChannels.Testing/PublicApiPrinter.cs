using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CrossChannels.Testing;

/// <summary>Shows what an assembly offers, as text much like C#, sorted, so that two versions can be compared.</summary>
internal sealed class PublicApiPrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(char)] = "char",
    };

    private static readonly string[] s_shownAttributes =
    [
        "AttributeUsageAttribute", "FlagsAttribute", "ObsoleteAttribute", "RequiresUnreferencedCodeAttribute", "RequiresDynamicCodeAttribute",
        "ExperimentalAttribute",
    ];

    private readonly NullabilityInfoContext _nullability = new();

    public string[] Print(Assembly assembly)
    {
        List<string> lines = [];
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            if (lines.Count > 0)
                lines.Add("");
            lines.AddRange(Attributes(type));
            lines.Add(Head(type));
            if (typeof(Delegate).IsAssignableFrom(type))
                continue;
            lines.Add("{");
            lines.AddRange(Members(type).OrderBy(member => member.Key, StringComparer.Ordinal).SelectMany(member => member.Lines).Select(line => "    " + line));
            lines.Add("}");
        }

        return [.. lines];
    }

    private static string Head(Type type)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct")
            : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + "class";
        if (IsRecord(type))
            kind = type.IsValueType ? kind.Replace("struct", "record struct", StringComparison.Ordinal) : kind.Replace("class", "record", StringComparison.Ordinal);
        List<string> bases = [];
        if (type.IsEnum)
            bases.Add(Name(Enum.GetUnderlyingType(type)));
        else if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases.Add(Name(parent));
        if (!type.IsEnum)
        {
            HashSet<Type> inherited = [.. type.BaseType?.GetInterfaces() ?? [], .. type.GetInterfaces().SelectMany(other => other.GetInterfaces())];
            bases.AddRange(type.GetInterfaces().Where(other => other.IsVisible && !inherited.Contains(other)).Select(other => Name(other)).Order(StringComparer.Ordinal));
        }

        return $"public {kind} {type.Namespace}.{Name(type)}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{Constraints(type.GetGenericArguments())}";
    }

    private IEnumerable<(string Key, IEnumerable<string> Lines)> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (FieldInfo value in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                string number = Convert.ToInt64(value.GetRawConstantValue(), CultureInfo.InvariantCulture).ToString("D20", CultureInfo.InvariantCulture);
                yield return (number, [$"{value.Name} = {value.GetRawConstantValue()},"]);
            }

            yield break;
        }

        foreach (MemberInfo member in type.GetMembers(Declared).Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute)) || member is not FieldInfo))
        {
            string? line = member switch
            {
                ConstructorInfo constructor when IsSeen(constructor) && !IsCopy(constructor) =>
                    $"{Access(constructor)} {type.Name.Split('`')[0]}({Parameters(constructor)});",
                MethodInfo method when IsSeen(method) && !method.IsDefined(typeof(CompilerGeneratedAttribute)) && IsWritten(method) => Method(method),
                PropertyInfo property when property.GetAccessors(true).Any(IsSeen) && property.Name != "EqualityContract" => Property(property),
                EventInfo happening when IsSeen(happening.AddMethod!) => $"{Access(happening.AddMethod!)} event {Name(happening.EventHandlerType!, _nullability.Create(happening))} {happening.Name};",
                FieldInfo field when field.IsPublic || field.IsFamily =>
                    $"public {(field.IsLiteral ? "const " : field.IsStatic ? "static readonly " : "")}{Name(field.FieldType, _nullability.Create(field))} {field.Name};",
                _ => null,
            };
            if (line is not null)
                yield return ($"{Order(member)} {member.Name} {line}", [.. Attributes(member), line]);
        }
    }

    private string Method(MethodInfo method)
    {
        string name = method.Name.StartsWith("op_", StringComparison.Ordinal) ? $"operator {method.Name[3..]}" : method.Name;
        Type[] arguments = method.GetGenericArguments();
        string generic = arguments.Length > 0 ? $"<{string.Join(", ", arguments.Select(argument => argument.Name))}>" : "";
        return $"{Access(method)} {Name(method.ReturnType, _nullability.Create(method.ReturnParameter))} {name}{generic}({Parameters(method)}){Constraints(arguments)};";
    }

    private string Property(PropertyInfo property)
    {
        MethodInfo first = property.GetAccessors(true).First(IsSeen);
        bool isRequired = property.IsDefined(typeof(RequiredMemberAttribute));
        IEnumerable<string> accessors = property.GetAccessors(true).Where(IsSeen).Select(accessor =>
            accessor.ReturnType != typeof(void) ? "get;"
            : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;");
        return $"{Access(first)} {(isRequired ? "required " : "")}{Name(property.PropertyType, _nullability.Create(property))} {property.Name} {{ {string.Join(' ', accessors.Order(StringComparer.Ordinal))} }}";
    }

    private string Parameters(MethodBase method)
    {
        string extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private string Parameter(ParameterInfo parameter)
    {
        string passing = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        Type type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        string text = $"{passing}{Name(type, _nullability.Create(parameter))} {parameter.Name}";
        return parameter.HasDefaultValue
            ? $"{text} = {parameter.DefaultValue switch { null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null", string value => $"\"{value}\"", var value => Convert.ToString(value, CultureInfo.InvariantCulture) }}"
            : text;
    }

    private static string Access(MethodBase method)
    {
        string access = method.IsPublic ? "public" : "protected";
        if (method.DeclaringType!.IsInterface || method is ConstructorInfo)
            return access;
        string kind = method.IsStatic ? " static"
            : method is not MethodInfo { IsVirtual: true } declared ? ""
            : declared.GetBaseDefinition() != declared ? (declared.IsFinal ? " sealed override" : " override")
            : declared.IsAbstract ? " abstract"
            : declared.IsFinal ? "" : " virtual";
        return access + kind;
    }

    private static IEnumerable<string> Attributes(MemberInfo member) =>
        from attribute in member.GetCustomAttributesData()
        where s_shownAttributes.Contains(attribute.AttributeType.Name) && !IsForOldCompilers(attribute)
        let arguments = attribute.ConstructorArguments.Select(argument => argument.ToString())
            .Concat(attribute.NamedArguments.Select(argument => argument.ToString()))
        orderby attribute.AttributeType.Name
        select $"[{attribute.AttributeType.Name[..^"Attribute".Length]}({string.Join(", ", arguments)})]";

    // The compiler marks the constructors of types with required members.
    private static bool IsForOldCompilers(CustomAttributeData attribute) =>
        attribute.AttributeType == typeof(ObsoleteAttribute)
        && attribute.ConstructorArguments is [{ Value: string text }, ..] && text.StartsWith("Constructors of types with required members", StringComparison.Ordinal);

    private static string Constraints(Type[] arguments)
    {
        IEnumerable<string> all =
            from argument in arguments
            let limits = Limits(argument).ToArray()
            where limits.Length > 0
            select $" where {argument.Name} : {string.Join(", ", limits)}";
        return string.Concat(all);
    }

    private static IEnumerable<string> Limits(Type argument)
    {
        GenericParameterAttributes special = argument.GenericParameterAttributes;
        bool isUnmanaged = argument.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name == "IsUnmanagedAttribute");
        if (isUnmanaged)
            yield return "unmanaged";
        else if (special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            yield return "struct";
        else if (special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            yield return "class";
        foreach (Type constraint in argument.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)))
            yield return Name(constraint);
    }

    [SuppressMessage("Performance", "CA1859", Justification = "It is asked of types and members alike.")]
    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        string mark = nullability is { ReadState: NullabilityState.Nullable } or { WriteState: NullabilityState.Nullable } && !type.IsValueType && !type.IsGenericParameter ? "?" : "";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (s_keywords.TryGetValue(type, out string? keyword))
            return keyword + mark;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (type.IsByRef)
            return Name(type.GetElementType()!, nullability);
        string name = type.Name.Split('`')[0];
        if (!type.IsGenericType)
            return name + mark;
        Type[] arguments = type.GetGenericArguments();
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) ?? name == "ValueTuple")
            return $"({string.Join(", ", arguments.Select((argument, i) => Name(argument, Argument(nullability, i))))})";
        return $"{name}<{string.Join(", ", arguments.Select((argument, i) => Name(argument, Argument(nullability, i))))}>{mark}";
    }

    private static NullabilityInfo? Argument(NullabilityInfo? nullability, int i) =>
        nullability is not null && i < nullability.GenericTypeArguments.Length ? nullability.GenericTypeArguments[i] : null;

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    /// <summary>Not an accessor, and nothing that the compiler adds to a record.</summary>
    private static bool IsWritten(MethodInfo method) =>
        !method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;

    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$", Declared) is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", Declared) is { } print && print.IsDefined(typeof(CompilerGeneratedAttribute)));

    private static char Order(MemberInfo member) => member switch
    {
        FieldInfo => '0',
        ConstructorInfo => '1',
        PropertyInfo => '2',
        _ => '3',
    };
}
