namespace CrossChannels.Nats.Server;

/// <summary>Where the items of a leased channel go that were delivered too often: a channel like any other.</summary>
internal static class DeadLetters
{
    /// <summary>Who writes them, to the subjects.</summary>
    public const string Writer = "dead";

    /// <summary>How long the server knows that one was put there.</summary>
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromHours(1);

    public static string NameOf(string channel) => channel.Length == 0 ? "dead-letters" : $"{channel}.dead-letters";
}
