namespace CrossChannels.Workers.Messages;

/// <summary>What else there is to say of a method that is found by its token.</summary>
internal static class MethodTraits
{
    /// <summary>Type arguments follow: those of its type, then its own.</summary>
    public const byte IsGeneric = 1;

    /// <summary>It is a lambda without captures, called on an object of its class.</summary>
    public const byte HasTarget = 2;
}
