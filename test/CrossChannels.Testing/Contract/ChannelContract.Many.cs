using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelContract
{
    [TestMethod]
    public async Task Many_PlainItems_CrossInOrder() => await CrossInManiesAsync(i => i);

    [TestMethod]
    public async Task Many_Texts_CrossInOrder() => await CrossInManiesAsync(i => $"item {i}");

    [TestMethod]
    public async Task TryWriteMany_TakesWhatThereIsRoomFor()
    {
        await using LinkEnds<int, NoItem> plain = await OpenOneWayAsync<int>(new BoundedChannelOptions(3));
        Assert.AreEqual(0, plain.Writer.TryWriteMany([]));
        Assert.AreEqual(3, plain.Writer.TryWriteMany([1, 2, 3, 4, 5]));
        Assert.AreEqual(0, plain.Writer.TryWriteMany([4, 5]));
        await using LinkEnds<string, NoItem> texts = await OpenOneWayAsync<string>(new BoundedChannelOptions(3));
        Assert.AreEqual(3, texts.Writer.TryWriteMany(["a", "b", "c", "d"]));
        Assert.AreEqual(0, texts.Writer.TryWriteMany(["d"]));
    }

    [TestMethod]
    public async Task TryReadMany_ReadsWhatIsThere()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        int[] items = new int[4];
        Assert.AreEqual(0, ends.Reader.TryReadMany(items));
        Assert.AreEqual(0, await ends.Reader.ReadManyAsync(Memory<int>.Empty).Done());
        await ends.Writer.WriteManyAsync(new[] { 1, 2, 3, 4, 5, 6 }).Done();
        await ends.ArriveAsync();
        Assert.AreEqual(0, ends.Reader.TryReadMany([]));
        Assert.AreEqual(4, ends.Reader.TryReadMany(items));
        Assert.AreEqual("1 2 3 4", string.Join(' ', items));
        Assert.AreEqual(2, await ends.Reader.ReadManyAsync(items).Done());
        Assert.AreEqual("5 6 3 4", string.Join(' ', items));
    }

    [TestMethod]
    public async Task ReadManyAsync_NothingIsThere_WaitsForTheFirst()
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
        int[] items = new int[4];
        using var source = new CancellationTokenSource();
        Task<int> canceled = ends.Reader.ReadManyAsync(items, source.Token).AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await Throws<OperationCanceledException>(canceled)).CancellationToken);
        Assert.IsTrue(ends.Reader.ReadManyAsync(items, source.Token).IsCanceled);
        Task<int> read = ends.Reader.ReadManyAsync(items).AsTask();
        await ends.Writer.WriteAsync(7).Done();
        Assert.AreEqual(1, await read.Done());
        Assert.AreEqual(7, items[0]);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReadManyAsync_TheChannelIsOver_Throws(bool isPending)
    {
        await using LinkEnds<int, NoItem> clean = await OpenOneWayAsync<int>();
        await using LinkEnds<int, NoItem> failed = await OpenOneWayAsync<int>();
        int[] items = new int[4];
        Task<int>? atClean = isPending ? clean.Reader.ReadManyAsync(items).AsTask() : null;
        Task<int>? atFailed = isPending ? failed.Reader.ReadManyAsync(items).AsTask() : null;
        clean.Writer.Complete();
        failed.Writer.Complete(new FormatException("broken"));
        await clean.Reader.Completion.Done();
        Exception error = await Throws<RemoteChannelException>(failed.Reader.Completion);
        await Throws<ChannelClosedException>(atClean ?? clean.Reader.ReadManyAsync(items).AsTask());
        Assert.AreSame(error, (await Throws<ChannelClosedException>(atFailed ?? failed.Reader.ReadManyAsync(items).AsTask())).InnerException);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WriteManyAsync_TheChannelEnds_TellsHowManyWereAccepted(bool withError)
    {
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>(new BoundedChannelOptions(3));
        Task write = ends.Writer.WriteManyAsync(new[] { 1, 2, 3, 4, 5 }).AsTask();
        FormatException? error = withError ? new FormatException("broken") : null;
        ends.Writer.Complete(error);
        PartialWriteException partial = await Throws<PartialWriteException>(write);
        Assert.AreEqual(3, partial.AcceptedCount);
        Assert.AreSame(error, partial.InnerException);
        Assert.AreEqual(0, (await Throws<PartialWriteException>(ends.Writer.WriteManyAsync(new[] { 6 }))).AcceptedCount);
        await AssertReadsAsync(ends.Reader, 1, 2, 3);
        await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync());
    }

    [TestMethod]
    public async Task WriteManyAsync_Canceled_TellsHowManyWereAccepted()
    {
        await using LinkEnds<string, NoItem> ends = await OpenOneWayAsync<string>(new BoundedChannelOptions(2));
        using var source = new CancellationTokenSource();
        Task write = ends.Writer.WriteManyAsync(new[] { "a", "b", "c" }, source.Token).AsTask();
        await source.CancelAsync();
        PartialWriteCanceledException canceled = await Throws<PartialWriteCanceledException>(write);
        Assert.AreEqual(2, canceled.AcceptedCount);
        Assert.AreEqual(source.Token, canceled.CancellationToken);
        ends.Writer.Complete();
        Assert.AreEqual("a", await ends.Reader.ReadAsync().Done());
        Assert.AreEqual("b", await ends.Reader.ReadAsync().Done());
        await ends.Reader.Completion.Done();
    }

    private async Task CrossInManiesAsync<T>(Func<int, T> make)
    {
        const int Total = 5000;
        await using LinkEnds<T, NoItem> ends = await OpenOneWayAsync<T>(new BoundedChannelOptions(100));
        T[] all = [.. Enumerable.Range(0, Total).Select(make)];
        Task writing = Task.Run(WriteAsync);
        List<T> read = [];
        T[] items = new T[37];
        while (read.Count < Total)
            read.AddRange(items[..await ends.Reader.ReadManyAsync(items).Done()]);
        await writing.Done();
        CollectionAssert.AreEqual(all, read);
        await ends.Reader.Completion.Done();

        async Task WriteAsync()
        {
            for (int i = 0; i < Total; i += 250)
                await ends.Writer.WriteManyAsync(all.AsMemory(i, 250));
            ends.Writer.Complete();
        }
    }
}
