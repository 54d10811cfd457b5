namespace CrossChannels.Tests.Hub;

/// <summary>An owner that waits for nobody: its ends hear that it has left, and not that it has aborted the channel, which would be over for good.</summary>
[TestClass]
public sealed class OwnerLeavesAtOnceTests
{
    /// <remarks>Over a socket its words may be lost with what had not been read there: then the connection was.</remarks>
    [TestMethod]
    public async Task Dispose_EndsSeeThatTheOwnerLeft()
    {
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        // The last one may still be on its way out.
        var hub = new HubOptions { Connection = new ConnectionOptions { ListenTimeout = Timeout.InfiniteTimeSpan } };
        for (int round = 0; round < 20; round++)
        {
            LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(address, 10, hub: hub).Done();
            await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(address).Done();
            await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(address).Done();
            await writer.WriteAsync(1).Done();
            Lease<int> lease = await reader.ReadAsync().Done();
            channel.Dispose();
            await reader.Completion.Fails<OwnerLeftException>();
            Assert.AreEqual(EndingKind.OwnerLeft, (await writer.Ended.Done()).Kind);
            Assert.ThrowsExactly<System.Threading.Channels.ChannelClosedException>(lease.Complete);
        }
    }

    /// <summary>What was ended by its owner stays told apart.</summary>
    [TestMethod]
    public async Task Abort_IsAnother()
    {
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        await using SharedChannel<int> channel = await CrossChannel.CreateUnboundedAsync<int>(address).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address).Done();
        channel.Abort("enough");
        await reader.Completion.Fails<LinkAbortedException>();
    }
}
