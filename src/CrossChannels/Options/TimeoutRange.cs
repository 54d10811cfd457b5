using System.Runtime.CompilerServices;

namespace CrossChannels;

/// <summary>What every timeout of the library may be, and what is left of one.</summary>
internal static class TimeoutRange
{
    /// <returns>The timeout.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is negative and not infinite, or 25 days or more.</exception>
    public static TimeSpan Check(TimeSpan timeout, [CallerArgumentExpression(nameof(timeout))] string? name = null) =>
        timeout == Timeout.InfiniteTimeSpan || (timeout >= TimeSpan.Zero && timeout.TotalMilliseconds <= int.MaxValue)
            ? timeout
            : throw new ArgumentOutOfRangeException(name, timeout, $"{name} must be zero or more, below 25 days, or Timeout.InfiniteTimeSpan.");

    /// <param name="timeout">The whole.</param>
    /// <param name="clock">By which it passes.</param>
    /// <param name="started">When it began, as a timestamp of that clock.</param>
    /// <returns>What is left, zero at least; infinite if the whole is.</returns>
    public static TimeSpan Left(TimeSpan timeout, TimeProvider clock, long started)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return timeout;
        TimeSpan left = timeout - clock.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
