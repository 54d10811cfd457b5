namespace CrossChannels.Workers.Pool;

/// <summary>Items that are there, as items that come.</summary>
internal static class AsyncSource
{
#pragma warning disable CS1998 // Nothing to wait for.
    public static async IAsyncEnumerable<T> FromAsync<T>(IEnumerable<T> source)
#pragma warning restore CS1998
    {
        ArgumentNullException.ThrowIfNull(source);
        foreach (T item in source)
            yield return item;
    }
}
