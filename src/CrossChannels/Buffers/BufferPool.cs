using System.Buffers;
#if DEBUG
using System.Collections.Concurrent;
using System.Diagnostics;
#endif

namespace CrossChannels.Buffers;

/// <summary>Where every buffer of the library comes from and goes back to. Debug builds know which are out, and who took them.</summary>
internal static class BufferPool
{
#if DEBUG
    private static readonly ConcurrentDictionary<byte[], (string User, long Number)> s_rented = new();
    private static long s_rents;

    /// <summary>How many buffers were ever rented.</summary>
    public static long Rents => Interlocked.Read(ref s_rents);

    /// <summary>Who has the buffers that were rented after so many others and have not come back.</summary>
    public static string[] UsersSince(long rents) =>
        [.. s_rented.Values.Where(rented => rented.Number > rents).Select(static rented => rented.User).Order(StringComparer.Ordinal)];
#endif

    /// <param name="size">The least number of bytes.</param>
    /// <param name="user">The type that gives it back.</param>
    public static byte[] Rent(int size, string user)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
#if DEBUG
        // A buffer without bytes is the same one for everybody.
        if (buffer.Length > 0)
            Debug.Assert(s_rented.TryAdd(buffer, (user, Interlocked.Increment(ref s_rents))), "A buffer is rented twice.");
#endif
        return buffer;
    }

    public static void Return(byte[] buffer)
    {
#if DEBUG
        if (buffer.Length > 0)
            Debug.Assert(s_rented.TryRemove(buffer, out _), "A buffer that is not rented was returned.");
#endif
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
