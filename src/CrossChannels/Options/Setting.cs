using System.Runtime.CompilerServices;

namespace CrossChannels;

/// <summary>Checks values of settings.</summary>
internal static class Setting
{
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static TValue NotNull<TValue>(TValue? value, [CallerMemberName] string name = "")
        where TValue : class => value ?? throw new ArgumentNullException(name);

    /// <exception cref="ArgumentOutOfRangeException">It is below the least value.</exception>
    public static TValue AtLeast<TValue>(TValue value, TValue least, [CallerMemberName] string name = "")
        where TValue : struct, IComparable<TValue> =>
        value.CompareTo(least) >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} or more.");
}
