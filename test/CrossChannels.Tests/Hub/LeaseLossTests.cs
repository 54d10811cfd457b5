using System.Runtime.CompilerServices;

namespace CrossChannels.Tests.Hub;

/// <summary>Leases that a program loses sight of.</summary>
[TestClass]
public sealed class LeaseLossTests
{
    // A lease of an int, and its place among those that the owner has; a guard of its own would be 48 bytes more.
    private const int LeaseBytes = 230;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Lease_IsCollected_IsGivenBackWithAWarning(bool isOwners)
    {
        var log = new LogList();
        await using LeasedChannel<int> owner = await CreateAsync(log);
        await using LeasedReader<int> remote = await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address, connection: new() { Logger = log }).Done();
        await using LeasedReader<int> other = await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address).Done();
        LeasedReader<int> careless = isOwners ? owner.Reader : remote;
        // One that settles a lease does not count.
        await owner.Writer.WriteAsync(1).Done();
        (await careless.ReadAsync().Done()).Complete();
        await owner.Writer.WriteAsync(2).Done();
        await TakeAndForgetAsync(careless);
        Task<Lease<int>> again = other.ReadAsync().AsTask();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return again.IsCompleted;
        });
        using Lease<int> lease = await again.Done();
        Assert.AreEqual((2, 2), (lease.Item, lease.DeliveryCount));
        await Wait.Until(() => log.Count("LeaseLost") > 0);
        Assert.AreEqual(1, log.Count("LeaseLost"));
        lease.Complete();
    }

    /// <summary>Ported code takes the item and drops the lease.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TaskDone_LeasesAreCollected_NoneIsGivenBack(bool isOwners)
    {
        const int Count = 3;
        var log = new LogList();
        await using LeasedChannel<int> owner = await CreateAsync(log);
        await using LeasedReader<int> remote = await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address, connection: new() { Logger = log }).Done();
        LeasedReader<int> counting = isOwners ? owner.Reader : remote;
        for (int i = 0; i < Count; i++)
            await owner.Writer.WriteAsync(i).Done();
        for (int i = 0; i < Count; i++)
        {
            await TakeAndForgetAsync(counting);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            counting.TaskDone();
        }
        await owner.Writer.JoinAsync().Done();
        Assert.AreEqual(0, log.Count("LeaseLost"));
    }

    /// <summary>What finds out that a lease is lost is used again: an object with a finalizer for each lease would cost more than all else.</summary>
    [TestMethod]
    public async Task Lease_IsCompletedAgainAndAgain_AllocatesNothingButItself()
    {
        const int Items = 1000;
        await using LeasedChannel<int> channel = await CreateAsync(new LogList());
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            // Guards are used again once something was finalized.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Items; i++)
            {
                if (!channel.Writer.TryWrite(i) || !channel.Reader.TryRead(out Lease<int>? lease))
                    throw new AssertFailedException($"Item {i} of round {round} did not cross.");
                lease.Complete();
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.IsLessThan(LeaseBytes * Items, least, $"bytes of {Items} leases");
    }

    private static Task<LeasedChannel<int>> CreateAsync(LogList log) =>
        CrossChannel.CreateLeasedAsync<int>($"mem:{Guid.NewGuid():N}", 10, hub: new() { Connection = new() { Logger = log }, DrainTimeout = TimeSpan.Zero }).Done();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task TakeAndForgetAsync(LeasedReader<int> reader) => await reader.ReadAsync().Done();
}
