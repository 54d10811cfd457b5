using System.Buffers;

namespace CrossChannels.Tests.Snippets;

/// <summary>What docs/shared-memory.md shows.</summary>
internal static class SharedMemorySnippets
{
    public static async Task AddAsync()
    {
        // snippet: shared-memory
        await using DuplexChannelListener<Reply, Request> listener = await CrossChannel.ListenAsync<Reply, Request>("shm:calc");
        await using DuplexChannel<Request, Reply> calc = await CrossChannel.ConnectAsync<Request, Reply>("shm:calc");
        // end
        await calc.Writer.WriteAsync(new Request(2, 3));
    }

    public static async Task SendFramesAsync(Stream camera)
    {
        // snippet: shared-memory-rent
        await using CrossChannelWriter<IMemoryOwner<byte>> writer = await CrossChannel.ConnectWriterAsync<IMemoryOwner<byte>>("frames");
        using (IMemoryOwner<byte> frame = writer.Rent(8 * 1024 * 1024))
        {
            await camera.ReadExactlyAsync(frame.Memory);
            await writer.WriteAsync(frame);                                          // from here on it is the reader's
        }
        // end
    }

    public static async Task ReadFramesAsync()
    {
        // snippet: shared-memory-read-rented
        await using CrossChannelReader<IMemoryOwner<byte>> reader = await CrossChannel.AcceptReaderAsync<IMemoryOwner<byte>>("frames");
        using IMemoryOwner<byte> frame = await reader.ReadAsync();                   // the same memory, until it is disposed
        // end
        GC.KeepAlive(frame);
    }
}
