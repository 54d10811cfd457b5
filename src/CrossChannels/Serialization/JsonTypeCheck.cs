using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Searches all that an item is made of for what JSON would lose without an error.</summary>
internal sealed class JsonTypeCheck
{
    private const string NotRestored =
        "is a type of .NET that JSON does not restore. Send its text or its parts, or give it a converter or serializer.";

    private readonly JsonSerializerOptions _options;
    private readonly string _root;
    private readonly HashSet<Type> _seen = [];
    private bool _needsGuard;
    private string? _binaryMember;

    private JsonTypeCheck(JsonSerializerOptions options, Type root)
    {
        _options = options;
        _root = ContractName.Display(root);
    }

    /// <summary>Checks a type.</summary>
    /// <returns>Whether instances must be looked at while they are written; and the first member whose bytes are written as text.</returns>
    /// <exception cref="NotSupportedException">It would lose something; the message has the path to it and what to do.</exception>
    public static (bool NeedsGuard, string? BinaryMember) Run(JsonTypeInfo info)
    {
        var check = new JsonTypeCheck(info.Options, info.Type);
        info.MakeReadOnly();
        check._seen.Add(info.Type);
        check.VisitInfo(info, check._root, mayBeEmpty: false);
        return (check._needsGuard, check._binaryMember);
    }

    /// <summary>The metadata of a type, or the error that it has none.</summary>
    public static JsonTypeInfo GetTypeInfo(JsonSerializerOptions options, Type type, string path)
    {
        try
        {
            return options.GetTypeInfo(type);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            string what = path == ContractName.Display(type) ? path : $"{path} is {ContractName.Display(type)}, which";
            throw new NotSupportedException($"{what} cannot be sent as JSON: {PeerText.MessageOf(e)}", e);
        }
    }

    private void Visit(Type type, string path, bool mayBeEmpty = false)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (_seen.Add(type))
            VisitInfo(GetTypeInfo(_options, type, path), path, mayBeEmpty);
    }

    private void VisitInfo(JsonTypeInfo info, string path, bool mayBeEmpty)
    {
        Type type = info.Type;
        if (Nullable.GetUnderlyingType(type) is not null)
        {
            Visit(type, path, mayBeEmpty);
            return;
        }

        // A converter of the user's knows what it does.
        if (info.Kind == JsonTypeInfoKind.None && info.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly)
            return;
        if (RefusedTypes.ReasonFor(type) is { } reason)
            throw Refused(type, path, reason);

        if (type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) || type == typeof(Memory<byte>))
            _binaryMember ??= path;
        _needsGuard |= JsonDerivedGuard.IsOpen(info) || JsonComparers.MayHave(info);
        if (info.PolymorphismOptions is { } polymorphism)
            VisitDerived(type, polymorphism, path);

        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object:
                VisitObject(info, path, mayBeEmpty);
                break;
            case JsonTypeInfoKind.Enumerable:
            case JsonTypeInfoKind.Dictionary:
                VisitCollection(info, path);
                break;
            case JsonTypeInfoKind.None when info.Converter.GetType().Name.StartsWith("UnsupportedTypeConverter", StringComparison.Ordinal):
                throw Refused(type, path, "is a type that System.Text.Json does not support. Use another type, or a converter.");
        }
    }

    private void VisitDerived(Type type, JsonPolymorphismOptions polymorphism, string path)
    {
        foreach (JsonDerivedType derived in polymorphism.DerivedTypes)
        {
            string name = ContractName.Display(derived.DerivedType);
            if (derived.TypeDiscriminator is null && derived.DerivedType != type)
            {
                throw Refused(type, path, $"has a [JsonDerivedType] for {name} without a discriminator, and would come back as " +
                    $"the base class. Give it one: [JsonDerivedType(typeof({derived.DerivedType.Name}), \"...\")].");
            }

            if (derived.DerivedType != type)
                Visit(derived.DerivedType, name, mayBeEmpty: true);
        }
    }

    private void VisitObject(JsonTypeInfo info, string path, bool mayBeEmpty)
    {
        Type type = info.Type;
        bool isPolymorphic = info.PolymorphismOptions is not null;
        bool isAbstract = type.IsAbstract || type.IsInterface;
        if (isAbstract && !isPolymorphic)
        {
            throw Refused(
                type,
                path,
                $"is {(type.IsInterface ? "an interface" : "abstract")}, and the reader could not tell what to create. Put " +
                "[JsonDerivedType(typeof(...), \"...\")] for each implementation on it, or use a concrete type.");
        }

        bool isBound = info.Properties.Any(property => property.AssociatedParameter is not null);
        if (!isAbstract && info.CreateObject is null && !isBound)
        {
            throw Refused(type, path, JsonCollections.IsOfFramework(type)
                ? NotRestored
                : "has no constructor that JSON can call. Give it a public one without parameters, or mark one with [JsonConstructor].");
        }

        bool anySurvives = false;
        foreach (JsonPropertyInfo property in info.Properties.Where(property => property.Get is not null))
        {
            string member = $"{path}.{(property.AttributeProvider as MemberInfo)?.Name ?? property.Name}";
            anySurvives |= IsReadBack(property);
            if (!isAbstract && !IsReadBack(property) && IsState(property))
            {
                throw Refused(property.PropertyType, member, "is written but could not be read back. Give it a public or init " +
                    "setter or a constructor parameter, mark its setter with [JsonInclude], or the member with " +
                    "[JsonIgnore].", isMember: true);
            }

            VisitMember(property, member);
        }

        if (!anySurvives && !isPolymorphic && !mayBeEmpty)
        {
            throw Refused(type, path, JsonCollections.IsOfFramework(type) && !typeof(ITuple).IsAssignableFrom(type)
                ? NotRestored
                : "has no public property or field that JSON could set, and nothing of it would arrive. " +
                    "Make its members public and settable, or give it a converter or serializer.");
        }

        if (!isAbstract && JsonState.FindLost(info, IsReadBack) is var (lost, why))
            throw Refused(type, $"{path}.{lost}", why, isMember: true);
    }

    private void VisitMember(JsonPropertyInfo property, string path)
    {
        if (property.CustomConverter is not null || property.IsExtensionData)
            return;
        if (property.AttributeProvider is FieldInfo field && field.IsDefined(typeof(FixedBufferAttribute), inherit: false))
        {
            throw Refused(property.PropertyType, path, "is a fixed buffer, of which JSON keeps the first element only. Use an " +
                "array, or ItemSerializer.Unmanaged<T>().", isMember: true);
        }

        Visit(property.PropertyType, path);
    }

    private void VisitCollection(JsonTypeInfo info, string path)
    {
        if (info.KeyType is { } key && !JsonCollections.CanBeKey(GetTypeInfo(_options, key, $"{path}[].Key")))
        {
            throw Refused(key, $"{path}[].Key", "cannot be a key in JSON. Use a string, number, enum, Guid or date as the key, " +
                "or a list of pairs.");
        }

        if (JsonCollections.LostMember(info.Type) is { } member)
        {
            throw Refused(info.Type, path, $"is a collection, of which JSON keeps the elements and loses {member}. Put the " +
                $"collection and {member} into a class, or give it a converter.");
        }

        if (info.ElementType is { } element)
            Visit(element, info.KeyType is null ? $"{path}[]" : $"{path}[].Value");
        if (info.PolymorphismOptions is null && JsonCollections.WhyUnreadable(info) is { } e)
        {
            throw Refused(info.Type, path, $"is a collection that JSON can write but not read ({PeerText.MessageOf(e)}) Use an array, " +
                "List<T> or Dictionary<TKey, TValue>.", e);
        }
    }

    private bool IsReadBack(JsonPropertyInfo property) =>
        property.Set is not null
        || property.AssociatedParameter is not null
        || (property.ObjectCreationHandling ?? _options.PreferredObjectCreationHandling) == JsonObjectCreationHandling.Populate;

    // A property that is computed need not be read back; one with storage of its own, or a setter that JSON may not call, would be lost.
    private static bool IsState(JsonPropertyInfo property) => property.AttributeProvider switch
    {
        PropertyInfo { SetMethod: not null } => true,
        PropertyInfo { GetMethod: { } getter } => getter.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false),
        FieldInfo => true,
        _ => false,
    };

    private NotSupportedException Refused(Type type, string path, string reason, Exception? inner = null, bool isMember = false)
    {
        string name = ContractName.Display(type);
        string what = isMember || path == name
            ? $"{path} {reason}"
            : $"{path} is {name}, which {reason}";
        string root = path.StartsWith(_root, StringComparison.Ordinal) ? "" : $"{_root} cannot cross to another process: ";
        return new NotSupportedException(root + what, inner);
    }
}
