namespace CrossChannels;

/// <summary>Names the item type on the wire, so that it may have another name or namespace at the other end.</summary>
/// <param name="name">The contract's name, compared ordinally. Without it the type's full name is used.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface, Inherited = false)]
public sealed class ChannelContractAttribute(string name) : Attribute
{
    /// <summary>The contract's name.</summary>
    public string Name { get; } = name;
}
