namespace CrossChannels.Workers.Pool;

/// <summary>What a pool says to one worker.</summary>
internal sealed class WorkerConnection(CrossChannelWriter<ReadOnlyMemory<byte>> link)
{
    private readonly TaskWriter _writer = new();

    // Methods that the worker knows.
    private readonly HashSet<int> _methods = [];

    /// <summary>Says once, and first, how it is to work.</summary>
    /// <param name="settings">Has the initializer.</param>
    /// <param name="given">Ends among the arguments of the initializer.</param>
    public ValueTask InitializeAsync(WorkerPoolOptions settings, GivenEnds? given)
    {
        var writer = new TaskWriter { Ends = given };
        writer.Begin((byte)PoolMessage.Initialize);
        writer.Byte(settings.TaskTimeout == Timeout.InfiniteTimeSpan ? (byte)0 : (byte)1);
        writer.Byte(settings.Initializer is null ? (byte)0 : (byte)1);
        settings.Initializer?.Write(writer);
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

    /// <summary>Writes the message of a chunk, for <see cref="SendAsync"/>.</summary>
    /// <returns>Why its arguments cannot go there, and then it is a chunk of nothing, for which the worker answers as for all others: in order. Otherwise null.</returns>
    public Exception? Prepare(Chunk chunk)
    {
        int at = BeginChunk(chunk);
        int count = chunk.Left;
        try
        {
            chunk.Call.Write(chunk, _writer);
            _writer.Patch(at, count);
            return null;
        }
#pragma warning disable CA1031 // A serializer may throw anything, and its call is to know.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BeginChunk(chunk);
#pragma warning disable MA0015 // It is the caller's argument, and no parameter here.
            return new ArgumentException(
                $"One of the items {chunk.Next} to {chunk.Next + count - 1} for {chunk.Call.Method.DisplayName} cannot go to another process: {e.Message}", e);
#pragma warning restore MA0015
        }
    }

    public ValueTask SendAsync() => link.TryWrite(_writer.Written) ? default : link.WriteAsync(_writer.Written);

    /// <summary>Sends a small message, without waiting.</summary>
    public void Send(PoolMessage kind, int number)
    {
        var writer = new TaskWriter();
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
#pragma warning disable CA1031 // The link is over: nobody is there to hear it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Begins the message of a chunk of nothing; returns where the number of its tasks stands.</summary>
    private int BeginChunk(Chunk chunk)
    {
        _writer.Begin((byte)PoolMessage.Chunk);
        _writer.Int32(chunk.Id);
        _writer.Int32(chunk.Call.Id);
        _writer.Int32(chunk.Call.Method.Id);
        return _writer.Reserve();
    }
}
