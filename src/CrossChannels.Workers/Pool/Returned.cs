namespace CrossChannels.Workers.Pool;

/// <summary>The result of a method that has none.</summary>
internal static class Returned
{
    public static async ValueTask<TResult> NothingAsync<TResult>(Task task)
    {
        await task.ConfigureAwait(false);
        return default!;
    }
}
