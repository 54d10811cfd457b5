using System.Runtime.CompilerServices;

namespace CrossChannels;

/// <summary>What every timeout of the library may be.</summary>
internal static class TimeoutRange
{
    /// <returns>The timeout.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite, or 25 days or more.</exception>
    public static TimeSpan Check(TimeSpan timeout, [CallerArgumentExpression(nameof(timeout))] string? name = null) =>
        timeout == Timeout.InfiniteTimeSpan || (timeout >= TimeSpan.Zero && timeout.TotalMilliseconds <= int.MaxValue)
            ? timeout
            : throw new ArgumentOutOfRangeException(name, timeout, $"{name} must be zero or more, below 25 days, or Timeout.InfiniteTimeSpan.");
}
