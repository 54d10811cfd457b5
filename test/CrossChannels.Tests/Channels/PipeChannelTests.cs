using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class PipeChannelTests : ChannelContract
{
    /// <summary>Off Windows a pipe is a bare name, whose items cross by shared memory where there is any.</summary>
    internal override bool IsAcceptedReceived => OperatingSystem.IsLinux();

    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Pipe(TransportTest.UniqueName()), first, second);
}
