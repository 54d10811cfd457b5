namespace CrossChannels.Multiplexing;

/// <summary>
/// The connection under a multiplexer: reads much at a time, gives up a read that the connection itself cannot cancel, and knows how it ended.
/// </summary>
/// <remarks>
/// A multiplexer reads a few kilobytes a call, and its disposal waits for its read: one on a pipe or a console, which ignores cancellation, would hold it for ever.
/// </remarks>
internal sealed class TransportStream : Stream
{
    private const int BufferBytes = 64 * 1024;

    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Action? _abort;
    private readonly ConnectionOptions _settings;
    private readonly CancellationToken _handshake;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private int _state;
    private int _isClosed;
    private bool _isWatching;

    /// <param name="input">What the peer writes; may be the same stream as <paramref name="output"/>.</param>
    /// <param name="output">What the peer reads. Both are disposed with this.</param>
    /// <param name="abort">Ends what is under way on the connection at once, where disposing the streams does not.</param>
    /// <param name="settings">For the time that closing may take.</param>
    /// <param name="handshake">The token of the reads before the multiplexer is made; that of all others is canceled when it is disposed.</param>
    public TransportStream(Stream input, Stream output, Action? abort, ConnectionOptions settings, CancellationToken handshake)
    {
        _input = input;
        _output = output;
        _abort = abort;
        _settings = settings;
        _handshake = handshake;
    }

    private enum State
    {
        Open,
        Ended,
        Failed,
        Disposed,
    }

    /// <summary>Whether nothing more will come.</summary>
    public bool HasEnded => Volatile.Read(ref _state) != (int)State.Open;

    /// <summary>Whether the multiplexer was disposed here before its peer had gone.</summary>
    public bool IsDisposedFirst => Volatile.Read(ref _state) == (int)State.Disposed;

    /// <summary>What broke the connection.</summary>
    public Exception? Failure { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isWatching && cancellationToken != _handshake)
        {
            _isWatching = true;
            cancellationToken.UnsafeRegister(static self => ((TransportStream)self!).OnDisposing(), this);
        }
        if (_start == _end && !buffer.IsEmpty)
        {
            _start = _end = 0;
            _end = await FillAsync(cancellationToken).ConfigureAwait(false);
        }
        int count = Math.Min(_end - _start, buffer.Length);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw Fail(e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <remarks>The multiplexer disposes it so, and waits for nothing; a WebSocket still says goodbye, within CloseTimeout.</remarks>
    protected override void Dispose(bool disposing)
    {
        End(State.Disposed);
        if (disposing)
            _ = CloseAsync();
        base.Dispose(disposing);
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The buffer is this stream's own, so that a read that outlives the wait for it harms nobody.
            ValueTask<int> read = _input.ReadAsync(_buffer, CancellationToken.None);
            int count = read.IsCompleted
                ? await read.ConfigureAwait(false)
                : await read.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (count == 0)
                End(State.Ended);
            return count;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End(State.Disposed);
            throw;
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    /// <summary>What a connection of any kind fails with is an <see cref="IOException"/>, as the multiplexer expects of a stream.</summary>
    private IOException Fail(Exception e)
    {
        IOException failure = e as IOException ?? new IOException(e.Message, e);
        End(State.Failed, failure);
        return failure;
    }

    /// <summary>The multiplexer is being disposed, which first waits for the write under way: for ever, where the peer reads no more.</summary>
    private void OnDisposing()
    {
        End(State.Disposed);
        _ = AbortLateAsync();
    }

    private async Task AbortLateAsync()
    {
        await Task.Delay(_settings.CloseTimeout, _settings.TimeProvider).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        _abort?.Invoke();
    }

    private void End(State how, Exception? failure = null)
    {
        if (Interlocked.CompareExchange(ref _state, (int)how, (int)State.Open) == (int)State.Open)
            Failure = failure;
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await CloseOneAsync(_input).ConfigureAwait(false);
        if (!ReferenceEquals(_input, _output))
            await CloseOneAsync(_output).ConfigureAwait(false);
    }

    private static async Task CloseOneAsync(Stream stream)
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            // The connection is over, whatever closing says of it.
        }
    }
}
