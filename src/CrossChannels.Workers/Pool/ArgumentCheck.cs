namespace CrossChannels.Workers.Pool;

/// <summary>Which types an argument may be declared as.</summary>
internal static class ArgumentCheck
{
    /// <exception cref="NotSupportedException">The type can be no argument.</exception>
    public static void Check<T>()
    {
        if (!IsOfChannels(typeof(T)))
            ValueCodec<T>.Check();
    }

    /// <summary>Values of these types may be ends, which only the value tells.</summary>
    private static bool IsOfChannels(Type type) =>
        type == typeof(CrossLock) || (type.Namespace is "System.Threading.Channels" or "CrossChannels" && type.IsAbstract && type.IsGenericType);
}
