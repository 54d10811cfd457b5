using System.IO.Pipelines;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class DuplexPipeChannelTests : ChannelContract
{
    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second)
    {
        Pipe there = new(), back = new();
        return GreetAsync(
            CrossChannel.Over(new DuplexPipe(back.Reader, there.Writer), first),
            CrossChannel.Over(new DuplexPipe(there.Reader, back.Writer), second));
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
