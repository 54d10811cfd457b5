namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Processes at a hub, and hubs, that return from Main without disposing anything.</summary>
[TestClass]
public sealed class HubLeavingTests
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub.sock"]);

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    public async Task WriterReturns_WhatItWroteIsThere()
    {
        const int Count = 500;
        await using SharedChannel<long> channel = await CrossChannel.CreateUnboundedAsync<long>(Address).Done();
        await using ChildProcess writer = ChildProcess.Start(
            "write-numbered", Address.ToString(), "long", "0", $"{Count + 1}", "1", "return", $"{Count}", "0", _directory["journal"]);
        Assert.AreEqual("open", await writer.ReadLineAsync());
        await writer.SayAsync("go");
        string[] said = (await writer.ReadLineAsync()).Split(' ');
        Assert.AreEqual(0, await writer.WaitForExitAsync());
        int accepted = int.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.IsGreaterThanOrEqualTo(Count, accepted);
        for (long number = 0; number < accepted; number++)
            Assert.AreEqual(number, await channel.Reader.ReadAsync().Done());
        // Of others it says nothing that one has left.
        Assert.IsNull(channel.Writer.Ending);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ReaderReturns_WhatItHadComesAgain(bool isLeased)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        LeasedChannel<long>? leased = isLeased ? hub.CreateLeased<long>("c", 8) : null;
        SharedChannel<long>? plain = isLeased ? null : hub.CreateBounded<long>("c", 8);
        for (long number = 0; number < 3; number++)
            await (leased?.Writer ?? plain!.Writer).WriteAsync(number).Done();
        await using ChildProcess reader = ChildProcess.Start("read-on-word", Address.WithChannel("c").ToString(), $"{isLeased}");
        Assert.AreEqual("open", await reader.ReadLineAsync());
        await reader.SayAsync("read");
        Assert.AreEqual(isLeased ? "0 1" : "0", await reader.ReadLineAsync());
        Assert.AreEqual(0, await reader.FinishAsync());
        if (isLeased)
        {
            // Its open lease is as good as new but for the count; what it had not read was never delivered.
            foreach ((long item, int count) in new[] { (0L, 2), (1L, 1), (2L, 1) })
            {
                Lease<long> lease = await leased!.Reader.ReadAsync().Done();
                Assert.AreEqual((item, count), (lease.Item, lease.DeliveryCount));
                lease.Complete();
            }
            await leased!.Writer.JoinAsync().Done();
        }
        else
        {
            Assert.AreEqual(1, await plain!.Reader.ReadAsync().Done());
            Assert.AreEqual(2, await plain.Reader.ReadAsync().Done());
            await plain.Writer.JoinAsync().Done();
        }
    }

    [TestMethod]
    [DataRow("return")]
    [DataRow("dispose")]
    public async Task OwnerReturns_RemoteReadersDrainItAndHearThatItLeft(string how)
    {
        const int Count = 300;
        await using ChildProcess owner = ChildProcess.Start("own-hub", Address.ToString(), $"{Count}", $"{Count}", how);
        Assert.AreEqual($"owns {Count}", await owner.ReadLineAsync());
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(Address.WithChannel("longs")).Done();
        Assert.AreEqual(0, await reader.ReadAsync().Done());
        await owner.SayAsync("go");
        for (long number = 1; number < Count; number++)
            Assert.AreEqual(number, await reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.WaitToReadAsync().Done());
        Assert.AreEqual(EndingKind.OwnerLeft, reader.Ending!.Kind);
        Assert.AreEqual(0, await owner.WaitForExitAsync());
    }

    [TestMethod]
    public async Task OwnerReturns_ItsReaderDoesNotRead_ExitDeadlineHolds()
    {
        await using ChildProcess owner = ChildProcess.Start("own-hub", Address.ToString(), "8", "8", "return");
        Assert.AreEqual("owns 8", await owner.ReadLineAsync());
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(Address.WithChannel("longs")).Done();
        Assert.AreEqual(0, await reader.ReadAsync().Done());
        await owner.SayAsync("go");
        Assert.AreEqual(0, await owner.WaitForExitAsync());
        // The owner's last words, and not a connection that only broke.
        Exception? cause = null;
        while (cause is null)
        {
            try
            {
                await reader.ReadAsync().Done();
            }
            catch (System.Threading.Channels.ChannelClosedException e)
            {
                cause = e.InnerException;
            }
        }
        Assert.IsInstanceOfType<OwnerLeftException>(cause);
    }
}
