using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Does nothing: what a .NET process costs by itself.</summary>
internal sealed class Bystander : Part;
