using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Transfer;
using CrossChannels.Links;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Makes channels whose ends may live in different processes; stands beside <see cref="Channel"/>.</summary>
public static partial class CrossChannel
{
    /// <summary>Makes one end over any pipe that leads to another end. The greeting runs in the background.</summary>
    /// <param name="pipe">The connection; the channel completes both halves when it is closed.</param>
    /// <param name="options">Capacity, serializers, timeouts.</param>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static DuplexChannel<TWrite, TRead> Over<TWrite, TRead>(IDuplexPipe pipe, DuplexChannelOptions<TWrite, TRead>? options = null)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        return new LinkChannelFactory<TWrite, TRead>(options, channel: null)
            .StartUnknown(new PipeInput(pipe.Input), new PipeOutput(pipe.Output), new LinkPeer("the other end of the pipe", null, null, null));
    }

    /// <summary>Makes one end over two streams that lead to another end, such as standard input and output.</summary>
    /// <param name="input">What the other end writes; may be the same stream as <paramref name="output"/>.</param>
    /// <param name="output">What the other end reads. Both are disposed when the channel is closed.</param>
    /// <param name="options">Capacity, serializers, timeouts.</param>
    /// <exception cref="ArgumentException">The input cannot be read, or the output cannot be written.</exception>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static DuplexChannel<TWrite, TRead> Over<TWrite, TRead>(Stream input, Stream output, DuplexChannelOptions<TWrite, TRead>? options = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (!input.CanRead || !output.CanWrite)
            throw new ArgumentException("The input cannot be read, or the output cannot be written. Are the two streams swapped?", input.CanRead ? nameof(output) : nameof(input));
        return new LinkChannelFactory<TWrite, TRead>(options, channel: null)
            .StartUnknown(new StreamInput(input), new StreamOutput(output, endsWritesOnClose: output is NetworkStream), new LinkPeer("the other end of the stream", null, null, null));
    }

    /// <summary>Connects to a listener; waits for it up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">Where it listens, such as <c>jobs</c>, <c>unix:/run/me/jobs.sock</c> or <c>tls://host:5000</c>.</param>
    /// <param name="options">Capacity, serializers, timeouts.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">No listener was found, or none greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">The two ends do not fit; the message names both.</exception>
    /// <exception cref="ConnectionLostException">Connections broke during the greeting until time was up.</exception>
    /// <exception cref="EndpointException">The options do not allow the address.</exception>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static async Task<DuplexChannel<TWrite, TRead>> ConnectAsync<TWrite, TRead>(
        ChannelAddress address, DuplexChannelOptions<TWrite, TRead>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return await new LinkChannelFactory<TWrite, TRead>(options, address.Channel).ConnectAsync(address, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Listens; connections come from <see cref="DuplexChannelListener{TWrite, TRead}.Accepted"/>.</summary>
    /// <param name="address">Where to listen; a bare name is the best local transport.</param>
    /// <param name="options">Capacity, serializers, timeouts of every accepted channel.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static async Task<DuplexChannelListener<TWrite, TRead>> ListenAsync<TWrite, TRead>(
        ChannelAddress address, DuplexChannelOptions<TWrite, TRead>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var factory = new LinkChannelFactory<TWrite, TRead>(options, address.Channel);
        LaneWish wish = LanePolicy.Of(address, factory.Settings);
        ITransportListener listener = await Transport.ListenAsync(address, factory.Settings, cancellationToken).ConfigureAwait(false);
        // The path of its socket alone would not say that items go by shared memory.
        ChannelAddress resolved = address.Scheme == ChannelScheme.SharedMemory ? address : listener.Address.WithChannel(address.Channel);
        return new DuplexChannelListener<TWrite, TRead>(listener, factory, resolved, wish);
    }

    /// <summary>Makes two ends, with everything that a connection between processes does. One of them, or both, can be given to other processes.</summary>
    /// <remarks>They are joined in memory when either is used first; give an end away before that: see <see cref="DuplexChannel{TWrite, TRead}.TransferAsync"/>.</remarks>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static (DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second) CreatePair<T1, T2>(
        DuplexChannelOptions<T1, T2>? firstOptions = null, DuplexChannelOptions<T2, T1>? secondOptions = null)
    {
        (LinkChannel<T1, T2> first, LinkChannel<T2, T1> second) = PairEnds.Create(firstOptions, secondOptions, isOneWay: false);
        return (first, second);
    }
}
