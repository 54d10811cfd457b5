using CrossChannels.Protocol;
using CrossChannels.Tests.Hub;

namespace CrossChannels.Tests.Faults;

/// <summary>A logger that throws harms nobody: not the links, and not the hub that accepts them.</summary>
[TestClass]
public sealed class ThrowingLoggerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Hub_LoggerThrows_AcceptsEndsAndCloses()
    {
        var link = new ConnectionOptions { Logger = new ThrowingLogger(), MaxPendingGreetings = 2, MaxLinks = 4 };
        ChannelAddress address = ChannelAddress.Unix(_directory["hub"]);
        SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(address, 8, hub: new() { Connection = link, DrainTimeout = TimeSpan.Zero }).Done();
        for (int i = 0; i < 6; i++)
        {
            // Greetings that fail, and links that end badly.
            await using (RawPeer noise = await RawPeer.ConnectAsync(address))
            {
                await noise.TrySendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
                await noise.WaitForEndAsync();
            }
            await using RawPeer raw = await HubRaw.OpenWriterAsync<int>(address);
            await raw.SendAsync(Wire.Counter(FrameType.Want, 1000));
            await raw.ReadLastWordsAsync(FrameType.Abort);
        }
        await using (CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(address, connection: new() { Logger = new ThrowingLogger() }).Done())
            await writer.WriteAsync(7).Done();
        await Wait.Until(() => owner.Reader.Count == 1);
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address).Done();
        // Not drained, which is logged, and closed all the same.
        await owner.DisposeAsync().Done();
        CrossChannelException e = await Assert.ThrowsAsync<CrossChannelException>(() => reader.Completion.Done());
        // With no time to drain, the owner's leaving and the end of its links reach the reader in either order.
        Assert.IsTrue(e is OwnerLeftException or LinkAbortedException, e.ToString());
    }
}
