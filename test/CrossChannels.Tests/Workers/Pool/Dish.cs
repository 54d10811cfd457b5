namespace CrossChannels.Tests.Workers.Pool;

internal sealed record Dish(string Name, int Size);
