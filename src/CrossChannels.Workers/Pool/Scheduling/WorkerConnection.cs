using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Pool;

/// <summary>What a pool says to one worker.</summary>
internal sealed class WorkerConnection(CrossChannelWriter<ReadOnlyMemory<byte>> link)
{
    // A chunk of more is cut: it would spread badly, and a few large items would exceed what one message may have.
    private const int MaxChunkBytes = 1 << 20;

    private readonly MessageWriter _writer = new();

    // Methods that the worker knows.
    private readonly HashSet<int> _methods = [];

    /// <summary>Says once, and first, how it is to work.</summary>
    /// <param name="options">Has the initializer.</param>
    /// <param name="given">Arguments of the initializer.</param>
    public ValueTask InitializeAsync(WorkerPoolOptions options, GivenArguments? given)
    {
        var writer = new MessageWriter();
        writer.Begin((byte)PoolMessage.Initialize);
        writer.Byte(options.TaskTimeout == Timeout.InfiniteTimeSpan ? (byte)0 : (byte)1);
        writer.Byte(options.Initializer is null ? (byte)0 : (byte)1);
        options.Initializer?.Write(writer, given!);
        return link.WriteAsync(writer.Written);
    }

    /// <summary>Says what a method is, unless the worker knows it. This and the next two: one caller at a time.</summary>
    public ValueTask DefineAsync(PoolMethod method)
    {
        if (!_methods.Add(method.Id))
            return default;
        _writer.Begin((byte)PoolMessage.Define);
        method.Write(_writer);
        return SendAsync();
    }

    /// <summary>Writes the message of a chunk, for <see cref="SendAsync"/>, with as many tasks as fit.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="most">How many tasks it may have.</param>
    /// <param name="failure">Why the next task cannot go to another process.</param>
    /// <returns>How many tasks it has.</returns>
    public int Prepare(Chunk chunk, int most, out Exception? failure)
    {
        int at = BeginChunk(chunk);
        int count = 0;
        failure = null;
        while (count < most && failure is null && _writer.Length < MaxChunkBytes)
        {
            int length = _writer.Length;
            try
            {
                chunk.Call.Write(chunk.Next + count, _writer);
                count++;
            }
#pragma warning disable CA1031 // A serializer may throw anything, and its call is to know.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _writer.Cut(length);
                failure = Refuse(chunk, count, e);
            }
        }
        _writer.Patch(at, count);
        return count;
    }

    /// <summary>Writes the message of a chunk without tasks. Returns why its first task cannot go to another process.</summary>
    public Exception PrepareEmpty(Chunk chunk, ItemTooLargeException reason)
    {
        BeginChunk(chunk);
        return Refuse(chunk, 0, reason);
    }

    public ValueTask SendAsync() => link.TryWrite(_writer.Written) ? default : link.WriteAsync(_writer.Written);

    /// <summary>Sends a small message, without waiting.</summary>
    public void Send(PoolMessage kind, int number)
    {
        var writer = new MessageWriter();
        writer.Begin((byte)kind);
        writer.Int32(number);
        if (!link.TryWrite(writer.Written))
            _ = SendSlowAsync(writer.Written);
    }

    /// <summary>Nothing more is said: the worker ends when it has done what it has.</summary>
    public void Complete() => link.TryComplete();

    private async Task SendSlowAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await link.WriteAsync(message).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The link is over, and the worker with it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Begins the message of an empty chunk; returns where the number of its tasks stands.</summary>
    private int BeginChunk(Chunk chunk)
    {
        _writer.Begin((byte)PoolMessage.Chunk);
        _writer.Int32(chunk.Id);
        _writer.Int32(chunk.Call.Id);
        _writer.Int32(chunk.Call.Method.Id);
        return _writer.Reserve();
    }

    private static ArgumentException Refuse(Chunk chunk, int index, Exception reason) =>
#pragma warning disable MA0015 // It is the caller's argument, and not a parameter here.
        new($"Item {chunk.Next + index} for {chunk.Call.Method.DisplayName} cannot go to another process: {reason.Message}", reason);
#pragma warning restore MA0015
}
