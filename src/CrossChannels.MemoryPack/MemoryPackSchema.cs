using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using global::MemoryPack;

namespace CrossChannels.MemoryPack;

/// <summary>All members that the bytes of an item are made of, in order, as text. Types of the user's have no name in it: the contract has one.</summary>
[RequiresUnreferencedCode("Members are looked up by reflection.")]
internal sealed class MemoryPackSchema
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly Type _root;
    private readonly StringBuilder _text = new();
    private readonly Dictionary<Type, int> _described = [];
    private readonly Stack<Type> _around = new();

    private MemoryPackSchema(Type root)
    {
        _root = root;
        Add(root);
    }

    /// <summary>The members, for tests and messages.</summary>
    public string Text => _text.ToString();

    /// <summary>Their hash: 16 hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)).AsSpan(0, 8));

    /// <exception cref="NotSupportedException">The type contains itself.</exception>
    public static MemoryPackSchema Of(Type type) => new(type);

    private void Add(Type type)
    {
        if (_around.Contains(type))
        {
            throw new NotSupportedException(
                $"{_root} contains {type}, which contains itself. MemoryPack does not limit how deep the items are that it reads, so that the bytes of a hostile peer could end this process " +
                "by an overflow of its stack. Use a form with a limit, such as JSON or MessagePack, send the parts as a list, or, where peers are trusted, pass a version.");
        }
        if (type.IsPrimitive || type.IsEnum || type == typeof(string) || type.Namespace is "System" && !type.IsGenericType && !type.IsArray)
        {
            _text.Append(type.IsEnum ? type.GetEnumUnderlyingType().Name : type.Name);
            return;
        }
        _around.Push(type);
        if (type.HasElementType)
        {
            _text.Append(CultureInfo.InvariantCulture, $"[{type.GetArrayRank()}]");
            AddAll([type.GetElementType()!]);
        }
        else if (IsOfFramework(type))
        {
            _text.Append(type.IsGenericType ? type.GetGenericTypeDefinition().FullName : type.FullName);
            AddAll(type.GetGenericArguments());
        }
        else if (!_described.TryAdd(type, _described.Count))
        {
            _text.Append(CultureInfo.InvariantCulture, $"#{_described[type]}");
        }
        else
        {
            AddMembers(type);
        }
        _around.Pop();
    }

    private void AddAll(Type[] types)
    {
        foreach (Type type in types)
        {
            _text.Append('<');
            Add(type);
            _text.Append('>');
        }
    }

    private void AddMembers(Type type)
    {
        MemoryPackableAttribute? form = type.GetCustomAttribute<MemoryPackableAttribute>();
        int start = _text.Length;
        foreach (MemoryPackUnionAttribute union in type.GetCustomAttributes<MemoryPackUnionAttribute>().OrderBy(static union => union.Tag))
        {
            _text.Append(CultureInfo.InvariantCulture, $"|{union.Tag}:");
            Add(union.Type);
        }
        _text.Append('{');
        foreach ((string name, Type member) in Members(type))
        {
            _text.Append(name).Append(':');
            Add(member);
            _text.Append(';');
        }
        _text.Append('}');
        if (form?.GenerateType is GenerateType.VersionTolerant or GenerateType.CircularReference)
        {
            // Their members have numbers and lengths of their own in the bytes.
            _text.Length = start;
            _text.Append(CultureInfo.InvariantCulture, $"{{{form.GenerateType}}}");
        }
    }

    /// <summary>Public properties and fields, and those with <c>[MemoryPackInclude]</c>, those of the base class first, in the order of the source.</summary>
    private static IEnumerable<(string Name, Type Type)> Members(Type type)
    {
        if (type.BaseType is { } inherited && !IsOfFramework(inherited))
        {
            foreach ((string Name, Type Type) member in Members(inherited))
                yield return member;
        }
        FieldInfo[] fields = type.GetFields(Instance);
        var members = new List<(int Order, string Name, Type Type)>();
        foreach (FieldInfo field in fields.Where(static field => IsIncluded(field, field.IsPublic)))
            members.Add((Order(field, field), field.Name, field.FieldType));
        foreach (PropertyInfo property in type.GetProperties(Instance).Where(static property => property.GetIndexParameters().Length == 0 && IsIncluded(property, property.GetMethod?.IsPublic == true)))
        {
            // The field behind an automatic property stands where the property does.
            FieldInfo? behind = Array.Find(fields, field => field.Name == $"<{property.Name}>k__BackingField");
            if (behind is not null || property.CanWrite)
                members.Add((Order(property, behind), property.Name, property.PropertyType));
        }
        foreach ((_, string name, Type member) in members.OrderBy(static member => member.Order).ThenBy(static member => member.Name, StringComparer.Ordinal))
            yield return (name, member);
    }

    private static int Order(MemberInfo member, FieldInfo? field) =>
        member.GetCustomAttribute<MemoryPackOrderAttribute>()?.Order ?? field?.MetadataToken ?? int.MaxValue;

    private static bool IsIncluded(MemberInfo member, bool isPublic) =>
        !member.IsDefined(typeof(MemoryPackIgnoreAttribute)) && (isPublic || member.IsDefined(typeof(MemoryPackIncludeAttribute)));

    private static bool IsOfFramework(Type type) => type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;
}
