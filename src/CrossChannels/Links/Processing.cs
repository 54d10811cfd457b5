namespace CrossChannels.Links;

/// <summary>When items that were taken from a reading end are done with: at once, or when the queue behind it says so.</summary>
/// <param name="processed">Waits until all that was taken is processed; null where taking is processing.</param>
internal readonly struct Processing(Func<Task>? processed)
{
    /// <summary>Says how many items were taken, once that means that they are done with.</summary>
    public void SayWhenDone(long items, Action<long> say)
    {
        if (processed is null)
            say(items);
        else
            _ = SayLaterAsync(processed, items, say);
    }

    private static async Task SayLaterAsync(Func<Task> processed, long items, Action<long> say)
    {
        try
        {
            await processed().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The channel was closed: whoever waits for the items learns that from the end of the link.
            return;
        }
        say(items);
    }
}
