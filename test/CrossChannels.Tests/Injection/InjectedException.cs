namespace CrossChannels.Tests.Injection;

/// <summary>What a program's code throws by a <see cref="FaultPlan"/>.</summary>
public sealed class InjectedException(string message) : Exception(message);
