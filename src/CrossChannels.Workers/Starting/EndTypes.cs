namespace CrossChannels.Workers.Starting;

/// <summary>Which public type opens an end in another process.</summary>
internal static class EndTypes
{
    private static readonly Type[] s_opening =
    [
        typeof(LeasedReader<>), typeof(CrossChannelReader<>), typeof(CrossChannelWriter<>), typeof(SharedChannel<>), typeof(LeasedChannel<>),
        typeof(DuplexChannel<,>), typeof(CrossLock),
    ];

    /// <summary>The nearest of an end's base types that can be opened.</summary>
    public static Type Find(Type end)
    {
        for (Type? type = end; type is not null; type = type.BaseType)
        {
            Type plain = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            if (Array.IndexOf(s_opening, plain) >= 0)
                return type;
        }
        throw new ArgumentException($"{end} cannot be opened in another process.", nameof(end));
    }
}
