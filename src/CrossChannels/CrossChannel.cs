using System.IO.Pipelines;
using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels;

/// <summary>Makes channels whose ends may live in different processes; stands beside <see cref="Channel"/>.</summary>
public static class CrossChannel
{
    /// <summary>Makes one end over any pipe that leads to another end. The greeting goes on in the background.</summary>
    /// <param name="pipe">The connection; the channel completes both halves when it is closed.</param>
    /// <param name="options">Capacity, serializers, deadlines; default: <see cref="CrossChannelOptions{TWrite, TRead}"/>'s.</param>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static CrossChannel<TWrite, TRead> Over<TWrite, TRead>(IDuplexPipe pipe, CrossChannelOptions<TWrite, TRead>? options = null)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        return new LinkChannelFactory<TWrite, TRead>(options, channel: null)
            .Start(new PipeInput(pipe.Input), new PipeOutput(pipe.Output), new LinkPeer("the other end of the pipe", null, null, null));
    }

    /// <summary>Makes one end over two streams that lead to another end, such as standard input and output.</summary>
    /// <param name="input">What the other end writes; may be the same stream as <paramref name="output"/>.</param>
    /// <param name="output">What the other end reads. Both are disposed when the channel is closed.</param>
    /// <param name="options">Capacity, serializers, deadlines.</param>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static CrossChannel<TWrite, TRead> Over<TWrite, TRead>(Stream input, Stream output, CrossChannelOptions<TWrite, TRead>? options = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return new LinkChannelFactory<TWrite, TRead>(options, channel: null)
            .Start(new StreamInput(input), new StreamOutput(output), new LinkPeer("the other end of the stream", null, null, null));
    }

    /// <summary>Makes two ends that are joined in memory, with everything that a connection between processes does.</summary>
    public static (CrossChannel<T1, T2> First, CrossChannel<T2, T1> Second) CreatePair<T1, T2>(
        CrossChannelOptions<T1, T2>? firstOptions = null, CrossChannelOptions<T2, T1>? secondOptions = null)
    {
        var first = new LinkChannelFactory<T1, T2>(firstOptions, channel: null);
        var second = new LinkChannelFactory<T2, T1>(secondOptions, channel: null);
        var pipeOptions = new PipeOptions(useSynchronizationContext: false);
        var there = new Pipe(pipeOptions);
        var back = new Pipe(pipeOptions);
        var peer = new LinkPeer("the other end in memory", Environment.ProcessId, null, null);
        return (
            first.Start(new PipeInput(back.Reader), new PipeOutput(there.Writer), peer),
            second.Start(new PipeInput(there.Reader), new PipeOutput(back.Writer), peer));
    }
}
