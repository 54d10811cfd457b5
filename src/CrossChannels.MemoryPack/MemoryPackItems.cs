using System.Diagnostics.CodeAnalysis;
using global::MemoryPack;

namespace CrossChannels.MemoryPack;

/// <summary>Sets MemoryPack as the form of items.</summary>
public static class MemoryPackItems
{
    /// <summary>The same options with MemoryPack.</summary>
    /// <exception cref="NotSupportedException">The type contains itself.</exception>
    [RequiresUnreferencedCode("Trimming may remove members that the hash is made of. Set ItemOptions<T>.Serializer to a MemoryPackItemSerializer<T> with a version.")]
    public static ItemOptions<T> UseMemoryPack<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(this ItemOptions<T> items)
        where T : IMemoryPackFormatterRegister
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.UseSerializer<MemoryPackItemSerializer<T>>();
    }
}
