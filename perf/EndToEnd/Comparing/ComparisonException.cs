namespace EndToEnd.Comparing;

/// <summary>A comparison that cannot be made, for a reason that the user is told without a stack trace.</summary>
internal sealed class ComparisonException(string message) : Exception(message);
