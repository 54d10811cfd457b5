using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace CrossChannels.Links;

/// <summary>A link's input from a stream: bytes go straight to where the link wants them.</summary>
internal sealed class StreamInput(Stream stream) : LinkInput
{
    public override ValueTask<int> ReadAsync(Memory<byte> destination) => stream.ReadAsync(destination);

    public override ValueTask CloseAsync() => stream.DisposeAsync();
}

/// <summary>A link's output to a stream.</summary>
/// <param name="stream">The stream.</param>
/// <param name="endsWritesOnClose">Whether disposing it ends a pending write, as a socket does and a console or an anonymous pipe may not.</param>
internal sealed class StreamOutput(Stream stream, bool endsWritesOnClose) : LinkOutput
{
    private readonly bool _isUnbuffered = stream is NetworkStream;

    public override bool EndsWritesOnClose => endsWritesOnClose;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) =>
        _isUnbuffered ? stream.WriteAsync(bytes) : WriteAndFlushAsync(bytes);

    public override ValueTask CloseAsync() => stream.DisposeAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAndFlushAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
    }
}
