using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrossChannels.Testing;

/// <summary>What code that takes a ChannelReader and a ChannelWriter may rely on; the built-in channels are the measure.</summary>
/// <remarks>Where an item or an ending has to travel, the tests wait for it by what announces it, which costs a built-in channel nothing.</remarks>
public abstract partial class ChannelCore
{
    /// <summary>Opens a channel of which the reading end has these options.</summary>
    internal abstract Task<Ends<int>> OpenAsync(
        ChannelOptions options, Action<int>? itemDropped = null, [CallerMemberName] string test = "");

    /// <summary>A bounded channel that makes writers wait.</summary>
    internal Task<Ends<int>> OpenBoundedAsync(int capacity, [CallerMemberName] string test = "") =>
        OpenAsync(new BoundedChannelOptions(capacity), null, test);

    internal Task<Ends<int>> OpenUnboundedAsync([CallerMemberName] string test = "") => OpenAsync(new UnboundedChannelOptions(), null, test);

    /// <summary>The error of the writer as the reader sees it.</summary>
    internal abstract void AssertError(Exception expected, Exception? actual);

    /// <summary>These writes wait for room that nobody has made yet.</summary>
    internal virtual void AssertPending(Task[] writes) => Assert.IsTrue(writes.All(write => !write.IsCompleted));

    /// <summary>Writes 0, 1, 2 and so on, without waiting, and lets them arrive.</summary>
    internal static async Task FillAsync(Ends<int> ends, int count)
    {
        for (int i = 0; i < count; i++)
        {
            // A writer that shares the capacity is told of its part as it goes.
            if (ends.IsWriterShared)
                await ends.Writer.WriteAsync(i).Done($"item {i} of {count}");
            else
                Assert.IsTrue(ends.Writer.TryWrite(i), $"Item {i} of {count} was not taken.");
        }
        await ends.ArriveAsync();
    }

    internal static async Task AssertReadsAsync(ChannelReader<int> reader, params int[] expected)
    {
        foreach (int item in expected)
            Assert.AreEqual(item, await reader.ReadAsync().Done());
    }

    internal static async Task<List<int>> ReadAllAsync(ChannelReader<int> reader)
    {
        List<int> items = [];
        await foreach (int item in reader.ReadAllAsync())
            items.Add(item);
        return items;
    }

    internal static Task<T> Throws<T>(Task task)
        where T : Exception => Assert.ThrowsAsync<T>(() => task.Done());

    internal static Task<T> Throws<T>(ValueTask task)
        where T : Exception => Throws<T>(task.AsTask());

    internal static Task<T> Throws<T, TResult>(ValueTask<TResult> task)
        where T : Exception => Throws<T>(task.AsTask());
}
