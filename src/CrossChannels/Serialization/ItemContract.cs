using System.Globalization;

namespace CrossChannels.Serialization;

/// <summary>What both ends must agree on about the items of one direction. Compared at the greeting.</summary>
/// <param name="ContentType">The format: <c>raw</c>, <c>text</c>, <c>bytes</c>, <c>json</c>, <c>none</c> or that of the user's
/// serializer.</param>
/// <param name="Name">The item type's name on the wire.</param>
/// <param name="ElementSize">Bytes of every item; 0 where each carries its length.</param>
/// <param name="Layout">Of raw items the byte order and the fields; empty for every other format.</param>
/// <remarks>Each string has at most <see cref="ContractText.MaxBytes"/> bytes of UTF-8.</remarks>
internal sealed record ItemContract(string ContentType, string Name, int ElementSize, string Layout)
{
    internal const string Raw = "raw";
    internal const string Text = "text";
    internal const string Bytes = "bytes";
    internal const string Json = "json";
    private const string Unused = "none";

    /// <summary>The contract of a direction that is not used.</summary>
    public static readonly ItemContract None = new(Unused, "", 0, "");

    /// <summary>Whether the direction is not used.</summary>
    public bool IsNone => string.Equals(ContentType, Unused, StringComparison.Ordinal);

    /// <summary>Whether items written under <paramref name="other"/> can be read under this contract.</summary>
    public bool Accepts(ItemContract other) =>
        string.Equals(ContentType, other.ContentType, StringComparison.Ordinal)
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && ElementSize == other.ElementSize
        && RawLayout.Agree(Layout, other.Layout);

    /// <summary>For messages: <c>MyApp.Job (json)</c>, <c>System.Int64 (raw, 8 bytes)</c>.</summary>
    public override string ToString()
    {
        if (IsNone)
            return "no items";

        string size = ElementSize switch
        {
            <= 0 => "",
            1 => ", 1 byte",
            _ => string.Create(CultureInfo.InvariantCulture, $", {ElementSize} bytes"),
        };
        string fields = RawLayout.IsOfFields(Layout) ? $", {Layout}" : "";
        return PeerText.Show($"{Name} ({ContentType}{size}{fields})");
    }
}
