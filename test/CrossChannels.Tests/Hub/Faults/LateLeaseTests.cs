using System.Threading.Channels;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>A leased reader reads what had come before its link ended: such leases cannot be settled, and say so.</summary>
[TestClass]
public sealed class LateLeaseTests
{
    private readonly TempDirectory _directory = new();

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    public async Task LeaseHandedAfterTheEnd_EveryWayOfSettlingThrows()
    {
        await using LeasedChannel<long> owner = await CrossChannel.CreateLeasedAsync<long>(ChannelAddress.Unix(_directory["hub.sock"]), 10_000).Done();
        await using LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>(owner.Address).Done();
        await owner.Writer.WriteManyAsync(Enumerable.Range(0, 10_000).Select(static number => (long)number).ToArray()).Done();
        // Reads until enough is here that it has not asked for yet.
        Lease<long> early = await reader.ReadAsync().Done();
        while (reader.Count < 16)
        {
            early.Complete();
            early = await reader.ReadAsync().Done();
        }
        owner.Abort("enough");
        ChannelClosedException closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => SettleUntilItThrowsAsync(early, reader));
        Assert.IsInstanceOfType<LinkAbortedException>(closed.InnerException);

        Assert.IsTrue(reader.TryRead(out Lease<long>? late));
        Assert.ThrowsExactly<ChannelClosedException>(late.Complete);
        Assert.IsTrue(reader.TryRead(out late));
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => late.CompleteAsync().Done());
        Assert.IsTrue(reader.TryRead(out late));
        Assert.ThrowsExactly<ChannelClosedException>(late.Abandon);
        Assert.IsTrue(reader.TryRead(out late));
        late.Dispose();
        Assert.ThrowsExactly<ChannelClosedException>(reader.TaskDone);
    }

    private static async Task SettleUntilItThrowsAsync(Lease<long> lease, LeasedReader<long> reader)
    {
        // The link's end comes when it comes; until then leases are settled as ever, and the hub answers.
        while (true)
        {
            await lease.CompleteAsync().Done();
            lease = await reader.ReadAsync().Done();
        }
    }
}
