using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CrossChannels.Serialization;

/// <summary>
/// An object without state whose class knows all the types that its methods need. A worker of this program gets the name of the class from its
/// parent, makes an object of it, and calls that.
/// </summary>
/// <remarks>
/// Methods and constructors that are looked up by their names are not there where a program was trimmed, or published as native code. Here only a class
/// is looked up, and the parent, which is the same program, has it in its code: so it is there, and what its methods call as well.
/// A class that derives from this has neither fields nor a constructor of its own, since none is called.
/// </remarks>
internal abstract class NamedMaker
{
    /// <summary>What another process of this program finds the class by.</summary>
    public string Name => GetType().AssemblyQualifiedName!;

    /// <summary>One of the class of that name; <see langword="null"/> if there is no such class in this program.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "The class is named by a parent whose code, which is that of this program, makes it.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "No constructor is called.")]
    public static NamedMaker? Find(string name) =>
        Type.GetType(name) is { IsAbstract: false } type && type.IsSubclassOf(typeof(NamedMaker)) ? (NamedMaker)RuntimeHelpers.GetUninitializedObject(type) : null;
}

/// <summary>Makes what the items of a worker's channels, or all its items, are serialized with.</summary>
internal abstract class SerializerMaker : NamedMaker
{
    /// <summary>A serializer, or a factory of serializers.</summary>
    public abstract object Make();
}

/// <inheritdoc/>
/// <typeparam name="TMade">The class of what is made.</typeparam>
internal sealed class SerializerMaker<TMade> : SerializerMaker
    where TMade : class, new()
{
    public override object Make() => new TMade();
}
