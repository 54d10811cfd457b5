#if DEBUG
using CrossChannels.Buffers;

namespace CrossChannels.Tests.Injection;

/// <summary>Waits for buffers to come back.</summary>
internal static class BufferCheck
{
    /// <summary>A link that is closed gives its last buffers back on the pool, a little later.</summary>
    public static async Task AreBackAsync(long rentsBefore)
    {
        long started = Environment.TickCount64;
        string[] users;
        while ((users = BufferPool.UsersSince(rentsBefore)).Length > 0)
        {
            if (Environment.TickCount64 - started > Wait.Deadline.TotalMilliseconds)
                Assert.Fail($"Buffers that were not returned are those of {string.Join(", ", users)}.");
            await Task.Yield();
        }
    }
}
#endif
