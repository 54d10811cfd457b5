using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelContract
{
    [TestMethod]
    public async Task Completion_RacesWithTryRead_IsSet()
    {
        for (int round = 0; round < 10; round++)
        {
            await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>();
            await ends.Writer.WriteAsync(1).Done();
            await ends.ArriveAsync();
            Task<bool> read = Task.Run(() => ends.Reader.TryRead(out _));
            ends.Writer.Complete();
            Assert.IsTrue(await read.Done());
            await ends.Reader.Completion.Done();
        }
    }

    [TestMethod]
    public async Task AllowSynchronousContinuations_EverythingStillArrives()
    {
        await using LinkEnds<int, NoItem> ends = await OpenAsync(
            new DuplexChannelOptions<int, NoItem> { AllowSynchronousWriteContinuations = true },
            new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(3) { AllowSynchronousContinuations = true } });
        Task<List<int>> reading = ReadAllAsync(ends.Reader);
        for (int i = 0; i < 1000; i++)
            await ends.Writer.WriteAsync(i).Done();
        ends.Writer.Complete();
        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToList(), await reading.Done());
    }

    [TestMethod]
    public async Task BothDirections_AtOnce_CarryEverything()
    {
        const int Total = 2000;
        await using LinkEnds<int, string> ends = await OpenAsync<int, string>();
        Task echo = Task.Run(EchoAsync);
        Task write = Task.Run(WriteAsync);
        int expected = 0;
        await foreach (string item in ends.First.Reader.ReadAllAsync())
            Assert.AreEqual($"{expected++}", item);
        await Task.WhenAll(write, echo).Done();
        Assert.AreEqual(Total, expected);

        async Task WriteAsync()
        {
            for (int i = 0; i < Total; i++)
                await ends.First.Writer.WriteAsync(i);
            ends.First.Writer.Complete();
        }

        async Task EchoAsync()
        {
            await foreach (int item in ends.Second.Reader.ReadAllAsync())
                await ends.Second.Writer.WriteAsync($"{item}");
            ends.Second.Writer.Complete();
        }
    }

    /// <summary>Returned credit is never taken for frames that carry nothing, however fast the exchange is.</summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(100)]
    public async Task PingPong_ManyRounds_IsNoFlood(int capacity)
    {
        var link = new ConnectionOptions { MaxEmptyFramesPerSecond = 100 };
        ChannelOptions reading = capacity == 0 ? new UnboundedChannelOptions() : new BoundedChannelOptions(capacity);
        await using LinkEnds<int, int> ends = await OpenAsync<int, int>(
            new() { Reading = reading, Connection = link }, new() { Reading = reading, Connection = link });
        for (int i = 0; i < 500; i++)
        {
            await ends.First.Writer.WriteAsync(i).Done();
            await ends.Second.Writer.WriteAsync(await ends.Second.Reader.ReadAsync().Done()).Done();
            Assert.AreEqual(i, await ends.First.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(8)]
    public async Task ManyReaders_Poll_IsNoFlood(int capacity)
    {
        const int Total = 2000;
        var link = new ConnectionOptions { MaxEmptyFramesPerSecond = 10 };
        await using LinkEnds<int, NoItem> ends = await OpenOneWayAsync<int>(
            capacity == 0 ? new UnboundedChannelOptions() : new BoundedChannelOptions(capacity), link: link);
        int read = 0;
        Task[] reading = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(PollAsync))];
        for (int i = 0; i < Total; i++)
            await ends.Writer.WriteAsync(i).Done();
        ends.Writer.Complete();
        await Task.WhenAll(reading).Done();
        Assert.AreEqual(Total, read);
        await ends.Reader.Completion.Done();

        async Task PollAsync()
        {
            for (int polls = 0; !ends.Reader.Completion.IsCompleted; polls++)
            {
                if (ends.Reader.TryRead(out _))
                    Interlocked.Increment(ref read);
                else
                    await Task.Yield();
            }
        }
    }

    [TestMethod]
    public async Task CloseAsync_ReaderWhileWritersWrite_IsNoViolation()
    {
        for (int round = 0; round < 10; round++)
        {
            var log = new LogList();
            LinkEnds<string, NoItem> ends = await OpenOneWayAsync<string>(
                new BoundedChannelOptions(4), link: new() { Logger = log }, maxUnreadBytes: 40);
            Task writing = Task.Run(async () =>
            {
                for (int i = 0; ; i++)
                    await ends.Writer.WriteAsync($"item {i}");
            });
            for (int i = 0; i < round; i++)
                await ends.Reader.ReadAsync().Done();
            await ends.Reader.CloseAsync("enough").Done();
            ChannelClosedException closed = await Throws<ChannelClosedException>(writing);
            Assert.AreEqual("enough", Assert.IsInstanceOfType<ReaderClosedException>(closed.InnerException).Reason);
            await ends.DisposeAsync();
            Assert.AreEqual(0, log.Count("Ended"), $"{(log.Count("Ended") > 0 ? log.ErrorOf("Ended") : null)}");
        }
    }

    /// <summary>Both ends do what they like at the same time; neither ever breaks the protocol, and everything ends.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Chaos_EndsInGoodOrder(int seed)
    {
        for (int round = 0; round < 15; round++)
        {
            var log = new LogList();
            var link = new ConnectionOptions { Logger = log, CloseTimeout = Wait.Deadline };
            LinkEnds<int, string> ends = await OpenAsync<int, string>(
                new() { Connection = link, Reading = new BoundedChannelOptions(2) },
                new() { Connection = link with { MaxUnreadBytes = 8 }, Reading = new BoundedChannelOptions(3) });
            int salt = (seed * 1000) + round;
            await Task.WhenAll(
                Task.Run(() => ActAsync(ends.First, i => i, new Random(salt))),
                Task.Run(() => ActAsync(ends.Second, i => $"{i}", new Random(~salt)))).Done();
            await ends.DisposeAsync();
            Assert.AreEqual(0, log.Count("Ended"), $"{salt}: {(log.Count("Ended") > 0 ? log.ErrorOf("Ended") : null)}");
        }

        static async Task ActAsync<TWrite, TRead>(DuplexChannel<TWrite, TRead> end, Func<int, TWrite> make, Random random)
        {
            List<Task> started = [];
            for (int i = 0; i < 12; i++)
            {
                switch (random.Next(14))
                {
                    case 0: end.Writer.TryComplete(); break;
                    case 1: end.Writer.TryComplete(new FormatException()); break;
                    case 2: started.Add(end.Writer.CloseAsync().AsTask()); break;
                    case 3: started.Add(end.Reader.CloseAsync("chaos").AsTask()); break;
                    case 4: end.Reader.Dispose(); break;
                    case 5: started.Add(end.Writer.FlushAsync().AsTask()); break;
                    case 6: started.Add(end.Writer.JoinAsync().AsTask()); break;
                    case 7: end.Reader.TryRead(out _); break;
                    case < 11: started.Add(end.Reader.ReadAsync().AsTask()); break;
                    default: started.Add(end.Writer.WriteAsync(make(i)).AsTask()); break;
                }
                if (random.Next(3) == 0)
                    await Task.Yield();
            }
            await end.DisposeAsync();
            foreach (Task task in started)
                await task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
