using System.Threading.Channels;

namespace CrossChannels.Tests.Channels;

/// <summary>The timeout extensions, alike on the built-in channels and across.</summary>
[TestClass]
public sealed class TimeoutTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReadAsync_NothingComes_TimesOutAndConsumesNothing(bool isLink)
    {
        await using Ends<int> ends = await OpenAsync(isLink);
        foreach (TimeSpan timeout in (TimeSpan[])[TimeSpan.Zero, s_short])
        {
            await Assert.ThrowsExactlyAsync<TimeoutException>(() => ends.Reader.ReadAsync(timeout).Done());
            await Assert.ThrowsExactlyAsync<TimeoutException>(() => ends.Reader.WaitToReadAsync(timeout).Done());
        }
        await ends.Writer.WriteAsync(1).Done();
        Assert.IsTrue(await ends.Reader.WaitToReadAsync(Wait.Deadline).Done());
        Assert.AreEqual(1, await ends.Reader.ReadAsync(Wait.Deadline).Done());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReadAsync_AnItemIsThere_WinsOverTheTimeout(bool isLink)
    {
        await using Ends<int> ends = await OpenAsync(isLink);
        ends.Writer.TryWrite(1);
        await ends.ArriveAsync();
        Assert.IsTrue(await ends.Reader.WaitToReadAsync(TimeSpan.Zero).Done());
        Assert.AreEqual(1, await ends.Reader.ReadAsync(TimeSpan.Zero).Done());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WriteAsync_NoRoom_TimesOutAndTheItemNeverAppears(bool isLink)
    {
        await using Ends<int> ends = await OpenAsync(isLink);
        await ends.Writer.WriteAsync(1, TimeSpan.Zero).Done();
        foreach (TimeSpan timeout in (TimeSpan[])[TimeSpan.Zero, s_short])
        {
            await Assert.ThrowsExactlyAsync<TimeoutException>(() => ends.Writer.WriteAsync(9, timeout).Done());
            await Assert.ThrowsExactlyAsync<TimeoutException>(() => ends.Writer.WaitToWriteAsync(timeout).Done());
        }
        Task write = ends.Writer.WriteAsync(2, Timeout.InfiniteTimeSpan).AsTask();
        Assert.AreEqual(1, await ends.Reader.ReadAsync().Done());
        await write.Done();
        ends.Writer.Complete();
        Assert.AreEqual("2", string.Join(' ', await ChannelCore.ReadAllAsync(ends.Reader).Done()));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AllFour_CallersToken_IsTheOneThatIsThrown(bool isLink)
    {
        await using Ends<int> ends = await OpenAsync(isLink);
        using var source = new CancellationTokenSource();
        await ends.Writer.WriteAsync(1, Wait.Deadline, source.Token).Done();
        Task write = ends.Writer.WriteAsync(2, Wait.Deadline, source.Token).AsTask();
        Task wait = ends.Writer.WaitToWriteAsync(Wait.Deadline, source.Token).AsTask();
        await source.CancelAsync();
        Task[] canceled =
        [
            write,
            wait,
            ends.Writer.WriteAsync(3, TimeSpan.Zero, source.Token).AsTask(),
            ends.Writer.WaitToWriteAsync(TimeSpan.Zero, source.Token).AsTask(),
            ends.Reader.ReadAsync(TimeSpan.Zero, source.Token).AsTask(),
            ends.Reader.WaitToReadAsync(TimeSpan.Zero, source.Token).AsTask(),
        ];
        foreach (Task task in canceled)
            Assert.AreEqual(source.Token, (await Assert.ThrowsAsync<OperationCanceledException>(() => task.Done())).CancellationToken);
        Assert.AreEqual(1, await ends.Reader.ReadAsync().Done());
        Assert.IsFalse(ends.Reader.TryRead(out _));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AllFour_TheChannelEnds_SaySo(bool isLink)
    {
        await using Ends<int> ends = await OpenAsync(isLink);
        Task<int> read = ends.Reader.ReadAsync(Wait.Deadline).AsTask();
        Task<bool> wait = ends.Reader.WaitToReadAsync(Wait.Deadline).AsTask();
        ends.Writer.Complete();
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => read.Done());
        Assert.IsFalse(await wait.Done());
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => ends.Writer.WriteAsync(1, Wait.Deadline).Done());
        Assert.IsFalse(await ends.Writer.WaitToWriteAsync(Wait.Deadline).Done());
    }

    [TestMethod]
    [DataRow(-5.0)]
    [DataRow(1e15)]
    public void AllFour_TimeoutOutOfRange_Throws(double milliseconds)
    {
        Channel<int> channel = Channel.CreateUnbounded<int>();
        TimeSpan timeout = TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.MaxValue.TotalMilliseconds / 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = channel.Reader.ReadAsync(timeout));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = channel.Reader.WaitToReadAsync(timeout));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = channel.Writer.WriteAsync(1, timeout));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = channel.Writer.WaitToWriteAsync(timeout));
        Assert.ThrowsExactly<ArgumentNullException>(() => _ = ((ChannelReader<int>)null!).ReadAsync(s_short));
        Assert.ThrowsExactly<ArgumentNullException>(() => _ = ((ChannelWriter<int>)null!).WriteAsync(1, s_short));
        Assert.AreEqual(0, channel.Reader.Count);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReadAsync_TimesOutWhileItemsCome_LosesNothing(bool isLink)
    {
        const int Total = 200;
        await using Ends<int> ends = await OpenAsync(isLink);
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Total; i++)
                await ends.Writer.WriteAsync(i);
        });
        for (int expected = 0; expected < Total;)
        {
            try
            {
                Assert.AreEqual(expected, await ends.Reader.ReadAsync(TimeSpan.FromMilliseconds(expected % 2)).Done());
                expected++;
            }
            catch (TimeoutException)
            {
            }
        }
        await writing.Done();
    }

    private static async Task<Ends<int>> OpenAsync(bool isLink)
    {
        if (!isLink)
        {
            Channel<int> channel = Channel.CreateBounded<int>(1);
            return new Ends<int>(channel.Writer, channel.Reader);
        }
        (DuplexChannel<int, NoItem> first, DuplexChannel<NoItem, int> second) = CrossChannel.CreatePair<int, NoItem>(
            null, new() { Reading = new BoundedChannelOptions(1) });
        await first.WaitForPeerAsync().Done();
        return new Ends<int>(first.Writer, second.Reader, first, second);
    }
}
