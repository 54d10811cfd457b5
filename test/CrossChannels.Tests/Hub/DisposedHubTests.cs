using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>A hub that is shut down makes nothing any more, since nobody would ever end it.</summary>
[TestClass]
public sealed class DisposedHubTests
{
    /// <summary>CROSSCHANNELS_LONG=1 makes them hundreds.</summary>
    private static readonly int s_rounds = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 500 : 20;

    [TestMethod]
    [DataRow("queued")]
    [DataRow("dropping")]
    [DataRow("leased")]
    [DataRow("declared")]
    [DataRow("lock")]
    public async Task Create_HubIsShutDown_Throws(string what)
    {
        ChannelHub hub = await ChannelHub.StartAsync($"mem:{Guid.NewGuid():N}").Done();
        Make(hub, what, "before");
        await hub.DisposeAsync().Done();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Make(hub, what, "after"));
        Assert.AreEqual(0, hub.Budget.ChannelCount);
    }

    /// <summary>Whatever is made while a hub shuts down is refused, or ended with it.</summary>
    [TestMethod]
    public async Task Create_HubIsShuttingDown_IsRefusedOrEnded()
    {
        for (int round = 0; round < s_rounds; round++)
        {
            ChannelHub hub = await ChannelHub.StartAsync($"mem:{Guid.NewGuid():N}").Done();
            using var start = new Barrier(2);
            Task<List<SharedChannel<int>>> making = Task.Run(() =>
            {
                var made = new List<SharedChannel<int>>();
                start.SignalAndWait(Wait.Deadline);
                try
                {
                    for (int i = 0; i < 10_000; i++)
                        made.Add(hub.CreateBounded<int>($"items{i}", 1));
                }
                catch (ObjectDisposedException)
                {
                }
                return made;
            });
            start.SignalAndWait(Wait.Deadline);
            await hub.ShutDownAsync(TimeSpan.Zero).Done();
            foreach (SharedChannel<int> channel in await making.Done())
                await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => channel.Reader.Completion.Done("a channel that was made is ended"));
        }
    }

    /// <summary>Dead letters end with the owner of their channel, so that it can be made again.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Dispose_LeasedChannelOfAHub_EndsItsDeadLettersToo(bool isSynchronous)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync($"mem:{Guid.NewGuid():N}").Done();
        for (int round = 0; round < 2; round++)
        {
            LeasedChannel<int> work = hub.CreateLeased<int>("work", 1, new LeaseOptions { MaxDeliveries = 1 });
            await using CrossChannelReader<int> letters = await CrossChannel.OpenReaderAsync<int>(work.DeadLetters!.Address).Done();
            Assert.IsTrue(work.Writer.TryWrite(7));
            (await work.Reader.ReadAsync().Done()).Abandon();
            Assert.AreEqual(7, await letters.ReadAsync().Done());
            if (isSynchronous)
                work.Dispose();
            else
                await work.DisposeAsync().Done();
            // Cut off, or complete, if the reader had told in time that it has read its letter.
            await letters.Completion.ContinueWith(static _ => { }, TaskScheduler.Default).Done();
            await work.DeadLetters.Reader.Completion.ContinueWith(static _ => { }, TaskScheduler.Default).Done();
        }
        Assert.AreEqual(0, hub.Budget.ChannelCount);
    }

    private static void Make(ChannelHub hub, string what, string name)
    {
        switch (what)
        {
            case "queued": hub.CreateBounded<int>(name, 1); break;
            case "dropping": hub.CreateBounded<int>(name, new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropNewest }); break;
            case "leased": hub.CreateLeased<int>(name, 1, new LeaseOptions { MaxDeliveries = 1 }); break;
            case "declared": hub.Declare(name, new BoundedChannelOptions(1)); break;
            default: hub.CreateLock(name); break;
        }
    }
}
