using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>Several remote writers of one channel.</summary>
internal sealed class RemoteWriters<T>(CrossChannelWriter<T>[] writers) : IAsyncDisposable
{
    public CrossChannelWriter<T>[] All => writers;

    public async ValueTask DisposeAsync()
    {
        foreach (CrossChannelWriter<T> writer in writers)
            writer.Dispose();
        await Task.WhenAll(writers.Select(writer => writer.DisposeAsync().AsTask())).Done();
    }
}

/// <summary>Opens writers, and has them write.</summary>
internal static class RemoteWriters
{
    public static Task<CrossChannelWriter<T>[]> OpenAsync<T>(ChannelAddress address, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => CrossChannel.OpenWriterAsync<T>(address))).Done();

    public static async Task WriteUntilStoppedAsync<T>(ChannelWriter<T> writer, T item, CancellationToken stop)
    {
        try
        {
            while (true)
                await writer.WriteAsync(item, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // Told to stop, or the test is over.
        }
    }
}
