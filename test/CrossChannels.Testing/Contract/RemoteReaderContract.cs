using System.Threading.Channels;

namespace CrossChannels.Testing;

/// <summary>Where a remote reader of a hub differs: it has no options of its own, and holds what it asked for.</summary>
public abstract class RemoteReaderContract : HubContract
{
    private protected override bool IsReaderRemote => true;

    /// <summary>As the owner's own, and as the built-in channel's.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task SingleReader_Unbounded_DoesNotCount(bool isSingle)
    {
        await using Ends<int> ends = await OpenAsync(new UnboundedChannelOptions { SingleReader = isSingle });
        Assert.AreEqual(!isSingle, ends.Reader.CanCount);
    }

    /// <summary>One that only peeks asks as a read that finds nothing does.</summary>
    [TestMethod]
    public async Task TryPeek_AgainAndAgain_SeesTheItemInTheEnd()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        await FillAsync(ends, 1);
        int item = -1;
        await Wait.Until(() => ends.Reader.TryPeek(out item));
        Assert.AreEqual(0, item);
        Assert.IsTrue(ends.Reader.TryRead(out item), "a peek consumes nothing");
        Assert.AreEqual(0, item);
    }

    /// <summary>Nothing is here until a read asks for it, be it one that finds nothing; then Count and TryPeek show what is.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(64)]
    public override async Task Polling_ByCount_MakesProgress(int capacity)
    {
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        await FillAsync(ends, 1);
        Assert.AreEqual(0, ends.Reader.Count);
        Assert.IsFalse(ends.Reader.TryPeek(out _));
        int written = 1, read = 0;
        await Wait.Reach(200, () =>
        {
            while (written < 200 && ends.Writer.TryWrite(written))
                written++;
            if (ends.Reader.Count == 0 && ends.Reader.TryRead(out int asked))
                Assert.AreEqual(read++, asked);
            while (ends.Reader.Count > 0)
            {
                Assert.IsTrue(ends.Reader.TryPeek(out int next));
                Assert.IsTrue(ends.Reader.TryRead(out int item));
                Assert.AreEqual(read++, item);
                Assert.AreEqual(item, next);
            }
            return read;
        });
        Assert.AreEqual(200, written);
    }

    /// <summary>What has arrived is drained before the cancellation is seen; the rest stays for the next read.</summary>
    [TestMethod]
    public override async Task ReadAllAsync_CanceledOnTheWay_DrainsWhatIsThereFirst()
    {
        await using Ends<int> ends = await OpenBoundedAsync(8);
        await FillAsync(ends, 5);
        using var source = new CancellationTokenSource();
        List<int> items = [];
        await Throws<OperationCanceledException>(ReadAsync());
        Assert.IsNotEmpty(items);
        while (items.Count < 5)
            items.Add(await ends.Reader.ReadAsync().Done());
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3, 4 }, items);

        async Task ReadAsync()
        {
            await foreach (int item in ends.Reader.ReadAllAsync(source.Token))
            {
                items.Add(item);
                await source.CancelAsync();
            }
        }
    }
}
