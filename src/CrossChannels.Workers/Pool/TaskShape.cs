namespace CrossChannels.Workers.Pool;

/// <summary>What a method returns, and whether its last parameter is a token.</summary>
internal enum TaskShape : byte
{
    Value = 0,
    AsyncValue = 1,
    Nothing = 2,
    AsyncNothing = 3,
    TokenValue = 4,
    TokenAsyncValue = 5,
    TokenNothing = 6,
    TokenAsyncNothing = 7,
}
