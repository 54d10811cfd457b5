using System.IO.Pipelines;

namespace CrossChannels.Tests.Channels;

/// <summary>Over two streams each way, of which the buffers are tiny.</summary>
[TestClass]
public sealed class StreamChannelTests : ChannelContract
{
    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        var options = new PipeOptions(pauseWriterThreshold: 64, resumeWriterThreshold: 32, useSynchronizationContext: false);
        Pipe there = new(options), back = new(options);
        return GreetAsync(
            CrossChannel.Over(back.Reader.AsStream(), there.Writer.AsStream(), first),
            CrossChannel.Over(there.Reader.AsStream(), back.Writer.AsStream(), second));
    }
}
