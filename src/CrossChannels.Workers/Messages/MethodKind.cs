namespace CrossChannels.Workers.Messages;

/// <summary>How a method is found again.</summary>
internal enum MethodKind : byte
{
    /// <summary>By module and metadata token.</summary>
    Token = 1,

    /// <summary>By its name among those that <c>Main</c> listed.</summary>
    Listed = 2,
}
