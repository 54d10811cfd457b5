using System.Runtime.CompilerServices;

namespace CrossChannels;

/// <summary>Checks values of options.</summary>
internal static class OptionValue
{
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static TValue NotNull<TValue>(TValue? value, [CallerMemberName] string name = "")
        where TValue : class => value ?? throw new ArgumentNullException(name);

    /// <exception cref="ArgumentOutOfRangeException">It is below the least value.</exception>
    public static TValue AtLeast<TValue>(TValue value, TValue least, [CallerMemberName] string name = "")
        where TValue : struct, IComparable<TValue> =>
        value.CompareTo(least) >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} or more.");

    /// <exception cref="ArgumentOutOfRangeException">It is below the least value, or above the greatest.</exception>
    public static TValue InRange<TValue>(TValue value, TValue least, TValue most, [CallerMemberName] string name = "")
        where TValue : struct, IComparable<TValue> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least:N0} to {most:N0}.");

    /// <exception cref="ArgumentOutOfRangeException">It is below the least capacity.</exception>
    public static int Capacity(int capacity, int least) =>
        capacity >= least
            ? capacity
            : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"A capacity is {least} or more items. For no limit, use an unbounded channel.");

    /// <exception cref="ArgumentOutOfRangeException">It is too long.</exception>
    public static ReadOnlyMemory<byte> Key(ReadOnlyMemory<byte> value, [CallerMemberName] string name = "") =>
        value.Length <= 256 ? value : throw new ArgumentOutOfRangeException(name, value.Length, $"{name} has {value.Length:N0} bytes; a key has at most 256.");

    /// <returns>The time between two attempts.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 ms, or 25 days or more.</exception>
    public static TimeSpan Delay(TimeSpan value, [CallerMemberName] string name = "") =>
        value.TotalMilliseconds is >= 1 and <= int.MaxValue ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 ms or more, and below 25 days.");

    /// <returns>The timeout.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite, or 25 days or more.</exception>
    public static TimeSpan Timeout(TimeSpan value, [CallerMemberName] string name = "") => TimeoutRange.Check(value, name);
}
