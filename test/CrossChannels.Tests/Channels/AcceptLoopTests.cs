using CrossChannels.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class AcceptLoopTests
{
    [TestMethod]
    public async Task DisposeAsync_AcceptFailsJustThen_DoesNotThrowAndStopsToListen()
    {
        var listener = new FailingListener();
        var loop = new AcceptLoop(listener, ConnectionOptions.Default, static (_, _, _) => Task.CompletedTask);
        await listener.Accepting.Task.Done();
        loop.Stop();
        listener.Fail.SetResult();
        await loop.DisposeAsync().Done();
        Assert.IsTrue(listener.IsDisposed);
    }

    private sealed class FailingListener : ITransportListener
    {
        public TaskCompletionSource Accepting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Fail { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsDisposed { get; private set; }

        public ChannelAddress Address => "mem:failing";

        public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancellationToken)
        {
            Accepting.TrySetResult();
            await Fail.Task;
            throw new IOException("No file descriptors are left.");
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }
}
