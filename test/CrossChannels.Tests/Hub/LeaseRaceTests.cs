using System.Buffers;
using System.Text;

namespace CrossChannels.Tests.Hub;

/// <summary>Leases of a reader that several threads use, and of one that reads many at once.</summary>
[TestClass]
public sealed class LeaseRaceTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TaskDone_OfSeveralThreads_EachSettlesOne(bool isRemote)
    {
        const int Items = 20_000, Threads = 4;
        await using LeasedChannel<int> owner = await CrossChannel.CreateLeasedAsync<int>($"mem:{Guid.NewGuid():N}", Items).Done();
        Assert.AreEqual(Items, owner.Writer.TryWriteMany([.. Enumerable.Range(0, Items)]));
        LeasedReader<int> reader = isRemote ? await CrossChannel.OpenLeasedReaderAsync<int>(owner.Address).Done() : owner.Reader;
        for (int i = 0; i < Items; i++)
            await reader.ReadAsync().Done();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Items / Threads; i++)
                reader.TaskDone();
        }))).Done();
        await owner.Writer.JoinAsync().Done();
    }

    /// <summary>Whoever reads many at once can settle what came before an item that cannot be read.</summary>
    [TestMethod]
    [DataRow(1, false)]
    [DataRow(1, true)]
    [DataRow(3, false)]
    [DataRow(3, true)]
    public async Task ReadMany_OneIsUnreadable_TellsHowManyLeasesAreThere(int good, bool waits)
    {
        var settings = new ItemOptions<string> { Serializer = new PickySerializer() };
        await using LeasedChannel<string> owner = await CrossChannel.CreateLeasedAsync($"mem:{Guid.NewGuid():N}", 10, new() { MaxDeliveries = 1 }, items: settings).Done();
        for (int i = 0; i < good; i++)
            Assert.IsTrue(owner.Writer.TryWrite("good"));
        Assert.IsTrue(owner.Writer.TryWrite("bad"));
        var leases = new Lease<string>[10];
        ItemUnreadableException error = waits
            ? await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => owner.Reader.ReadManyAsync(leases).Done())
            : Assert.ThrowsExactly<ItemUnreadableException>(() => owner.Reader.TryReadMany(leases));
        Assert.AreEqual(good, error.PrecedingCount);
        foreach (Lease<string> lease in leases[..good])
            lease.Complete();
        await owner.Writer.JoinAsync().Done();
    }

    private sealed class PickySerializer : IItemSerializer<string>
    {
        public string ContentType => "picky";

        public void Serialize(string item, IBufferWriter<byte> writer) => writer.Write(Encoding.UTF8.GetBytes(item));

        public string Deserialize(in ReadOnlySequence<byte> bytes)
        {
            string item = Encoding.UTF8.GetString(bytes);
            return item == "bad" ? throw new FormatException("bad") : item;
        }
    }
}
