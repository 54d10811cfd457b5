using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace Published;

/// <summary>Something that the libraries do, in whatever form the program is.</summary>
/// <param name="Name">What it is called in the table of forms.</param>
/// <param name="Run">Does it; throws if the outcome is another than it should be.</param>
/// <param name="Suppressed">The types of the libraries whose suppressed warnings it puts to the test.</param>
internal sealed record Ability(string Name, Func<Task> Run, params string[] Suppressed);

/// <summary>All that is tried.</summary>
internal static class Abilities
{
    private static readonly bool s_isNative = !RuntimeFeature.IsDynamicCodeSupported;

    public static Ability[] All { get; } =
    [
        new("links", LinksAsync),
        new("shared-memory", SharedMemoryAsync),
        new("shared-channels", SharedChannelsAsync),
        new("leases", LeasesAsync),
        new("locks-and-status", LocksAsync),
        new("json-with-metadata", JsonAsync),
        new("json-without-metadata", JsonRefusedAsync, "JsonDefaults"),
        new("json-refuses-what-it-would-lose", JsonGuardsAsync, "JsonComparers", "JsonCollections", "JsonState"),
        new("structs-as-bytes", StructsAsync, "RawFields"),
        new("worker-values", WorkerValuesAsync, "MethodFinder", "DirectStart", "StartForm", "WorkerProgram"),
        new("worker-failures", WorkerFailsAsync),
        new("worker-ends", WorkerEndsAsync, "NamedMaker"),
        new("worker-serializers", WorkerSerializersAsync, "TransferItems", "SerializerRegistry"),
        new("worker-refusals", WorkerRefusalsAsync, "CapturedVariables", "MethodName"),
        new("pool-numbers", PoolNumbersAsync, "ValueFunction"),
        new("pool-records", PoolRecordsAsync, "ValueCodec"),
    ];

    private static async Task LinksAsync()
    {
        ChannelAddress address = ChannelAddress.Unique("published-link");
        Task<CrossChannelReader<string>> accepting = CrossChannel.AcceptReaderAsync<string>(address);
        await using CrossChannelWriter<string> writer = await CrossChannel.ConnectWriterAsync<string>(address);
        await using CrossChannelReader<string> reader = await accepting;
        await writer.WriteAsync("a");
        await writer.WriteAsync("b");
        writer.Complete();
        Check(string.Join(",", await AllAsync(reader)), "a,b");
    }

    private static async Task SharedMemoryAsync()
    {
        var address = ChannelAddress.SharedMemory($"published-{Guid.NewGuid():N}");
        Task<CrossChannelReader<long>> accepting = CrossChannel.AcceptReaderAsync<long>(address);
        await using CrossChannelWriter<long> writer = await CrossChannel.ConnectWriterAsync<long>(address);
        await using CrossChannelReader<long> reader = await accepting;
        await writer.WriteManyAsync(new long[] { 1, 2, 3 });
        writer.Complete();
        Check(string.Join(",", await AllAsync(reader)), "1,2,3");
    }

    private static async Task SharedChannelsAsync()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.Unique("published"), 2);
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(channel.Address);
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(channel.Address);
        Task<List<int>> reading = AllAsync(reader);
        for (int i = 0; i < 10; i++)
            await writer.WriteAsync(i);
        writer.Complete();
        Check((await reading).Count, 10);
    }

    private static async Task LeasesAsync()
    {
        await using LeasedChannel<string> work = await CrossChannel.CreateLeasedAsync<string>(ChannelAddress.Unique("published"), 2);
        await using LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync<string>(work.Address);
        await work.Writer.WriteAsync("once");
        using (Lease<string> first = await reader.ReadAsync())
            first.Abandon();
        using (Lease<string> second = await reader.ReadAsync())
        {
            Check(second.DeliveryCount, 2);
            await second.CompleteAsync();
        }
        await work.Writer.JoinAsync();
    }

    private static async Task LocksAsync()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unique("published"));
        await using CrossLock own = hub.CreateLock("gate");
        await using CrossLock opened = await CrossChannel.OpenLockAsync(hub.Address.WithChannel("gate"));
        await using LockHold hold = await opened.AcquireAsync();
        HubStatus status = await CrossChannel.GetHubStatusAsync(hub.Address);
        Check(status.Locks.Single().Holder?.ProcessId, Environment.ProcessId);
    }

    private static async Task JsonAsync()
    {
        (CrossChannelWriter<Job> writer, CrossChannelReader<Job> reader) = CrossChannel.CreatePipe<Job>();
        await writer.WriteAsync(new Job(5, "note", ["x"]));
        Job job = await reader.ReadAsync();
        Check((job.Id, job.Note, job.Tags.Single()), (5, "note", "x"));
    }

    private static Task JsonRefusedAsync() => RefusedAsync<NotSupportedException>(
        static () => Task.FromResult(CrossChannel.CreatePipe<Unknown>()), "Published.Unknown needs metadata for JSON");

    private static async Task JsonGuardsAsync()
    {
        (CrossChannelWriter<Index> writer, CrossChannelReader<Index> reader) = CrossChannel.CreatePipe<Index>();
        await writer.WriteAsync(new Index(new Dictionary<string, int> { ["a"] = 1 }));
        Check((await reader.ReadAsync()).Numbers["a"], 1);
        // Native code cannot look at comparers.
        if (!s_isNative)
        {
            await RefusedAsync<NotSupportedException>(
                () => writer.WriteAsync(new Index(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase))).AsTask(), "comparer of System.Collections.Generic.Dictionary");
        }

        (CrossChannelWriter<SortedSet<int>> sets, CrossChannelReader<SortedSet<int>> setsRead) = CrossChannel.CreatePipe<SortedSet<int>>();
        await sets.WriteAsync([3, 1, 2]);
        Check(string.Join(",", await setsRead.ReadAsync()), "1,2,3");
        if (!s_isNative)
        {
            await RefusedAsync<NotSupportedException>(
                () => sets.WriteAsync(new SortedSet<int>(Comparer<int>.Create(static (left, right) => right.CompareTo(left)))).AsTask(), "comparer of System.Collections.Generic.SortedSet");
        }

        // In use here, so that trimming leaves it; native code cannot look at it.
        Check(new NamedList { Name = "primes" }.Name, "primes");
        if (!s_isNative)
            await RefusedAsync<NotSupportedException>(static () => Task.FromResult(CrossChannel.CreatePipe<NamedList>()), "Name");
    }

    private static async Task StructsAsync()
    {
        if (s_isNative)
        {
            await RefusedAsync<NotSupportedException>(static () => Task.FromResult(CrossChannel.CreatePipe<Point>()), "ItemSerializer.Unmanaged");
        }
        else
        {
            (CrossChannelWriter<Point> seen, CrossChannelReader<Point> seenRead) = CrossChannel.CreatePipe<Point>();
            await seen.WriteAsync(new Point(1, 2));
            Check(await seenRead.ReadAsync(), new Point(1, 2));
        }
        var items = new ItemOptions<Point> { Serializer = ItemSerializer.Unmanaged<Point>() };
        (CrossChannelWriter<Point> writer, CrossChannelReader<Point> reader) = CrossChannel.CreatePipe(items: items);
        await writer.WriteAsync(new Point(1, 2));
        Check(await reader.ReadAsync(), new Point(1, 2));
    }

    private static async Task WorkerValuesAsync() =>
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.Values, "text", 7, 0.5, DayOfWeek.Friday));

    private static async Task WorkerFailsAsync()
    {
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Fail, new WorkerOptions { Error = TextWriter.Null });
        WorkerExit exit = await worker.WaitForExitAsync();
        Check((exit.ExitCode, exit.Exception?.RemoteType, exit.Exception?.RemoteMessage), (1, "System.IO.InvalidDataException", "as asked"));
    }

    /// <summary>Every kind of end, with item types that are references and such that are not.</summary>
    private static async Task WorkerEndsAsync()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unique("published"));
        var sharing = new SharedChannelOptions { Completion = CompletionPolicy.Owner };

        SharedChannel<int> numbers = hub.CreateBounded<int>("numbers", 100);
        SharedChannel<long> sums = hub.CreateBounded<long>("sums", 10);
        WorkerProcess adding = await WorkerProcess.StartAsync(WorkerMethods.ReadAsync, numbers.Reader, sums.Writer);
        for (int i = 1; i <= 10; i++)
            await numbers.Writer.WriteAsync(i);
        numbers.Writer.Complete();
        Check(await sums.Reader.ReadAsync(), 55);
        await SucceedsAsync(adding);

        LeasedChannel<string> work = hub.CreateLeased<string>("work", 10);
        SharedChannel<string> done = hub.CreateBounded<string>("done", 10);
        WorkerProcess settling = await WorkerProcess.StartAsync(WorkerMethods.LeasedAsync, work.Reader, done.Writer);
        await work.Writer.WriteAsync("work");
        work.Writer.Complete();
        Check(await done.Reader.ReadAsync(), "work done");
        await SucceedsAsync(settling);

        SharedChannel<int> both = hub.CreateBounded<int>("both", 10, sharing);
        await both.Writer.WriteAsync(1);
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.SharedAsync, both));
        Check(await both.Reader.ReadAsync(), 2);

        LeasedChannel<int> leased = hub.CreateLeased<int>("leased", 10, sharing: sharing);
        await leased.Writer.WriteAsync(1);
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.LeasedChannelAsync, leased));
        using (Lease<int> lease = await leased.Reader.ReadAsync())
            Check(lease.Item, 2);

        (DuplexChannel<int, string> ours, DuplexChannel<string, int> theirs) = CrossChannel.CreatePair<int, string>();
        WorkerProcess answering = await WorkerProcess.StartAsync(WorkerMethods.AnswerAsync, theirs);
        await ours.Writer.WriteAsync(5);
        Check(await ours.Reader.ReadAsync(), "<5>");
        ours.Writer.Complete();
        await SucceedsAsync(answering);

        CrossLock gate = hub.CreateLock("gate");
        await (await gate.AcquireAsync()).ReleaseAsync();
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.LockAsync, gate));

        // An end that was opened, and one of a pipe, move.
        SharedChannel<Job> jobs = hub.CreateBounded<Job>("jobs", 10);
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.WriteAsync, await CrossChannel.OpenWriterAsync<Job>(jobs.Reader.Address!)));
        Check((await jobs.Reader.ReadAsync()).Note, "by a worker");
        (CrossChannelWriter<Job> writer, CrossChannelReader<Job> reader) = CrossChannel.CreatePipe<Job>();
        WorkerProcess writing = await WorkerProcess.StartAsync(WorkerMethods.WriteAsync, writer);
        Check((await reader.ReadAsync()).Tags.Length, 2);
        await SucceedsAsync(writing);
    }

    private static async Task WorkerSerializersAsync()
    {
        var items = new ItemOptions<Line> { ContractName = "line" }.UseSerializer<LineSerializer>();
        await using SharedChannel<Line> lines = await CrossChannel.CreateBoundedAsync(ChannelAddress.Unique("published"), 10, items: items);
        await lines.Writer.WriteAsync(new Line("line"));
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.LinesAsync, lines.Reader));

        ItemOptions<Job> json = new ItemOptions<Job>().UseJson<Metadata>();
        var job = new Job(1, "note", ["a"]);
        await using SharedChannel<Job> jobs = await CrossChannel.CreateBoundedAsync(ChannelAddress.Unique("published"), 10, items: json);
        await jobs.Writer.WriteAsync(job);
        await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.JobsAsync, jobs.Reader, job));

        var hidden = new ItemOptions<Line> { Serializer = new HiddenSerializer() };
        await using SharedChannel<Line> others = await CrossChannel.CreateBoundedAsync(ChannelAddress.Unique("published"), 10, items: hidden);
        await others.Writer.WriteAsync(new Line("line"));
        if (s_isNative)
            await RefusedAsync<InvalidOperationException>(() => WorkerProcess.StartAsync(WorkerMethods.LinesAsync, others.Reader), "UseSerializer<TSerializer>()");
        else
            await SucceedsAsync(await WorkerProcess.StartAsync(WorkerMethods.LinesAsync, others.Reader));
    }

    private static async Task WorkerRefusalsAsync()
    {
        int captured = Environment.ProcessId;
        await RefusedAsync<ArgumentException>(() => WorkerProcess.StartAsync(() => GC.KeepAlive(captured)), "of the method around it");
        await RefusedAsync<ArgumentException>(static () => WorkerProcess.StartAsync(new NamedList().Clear), "a method of an object");
        await RefusedAsync<ArgumentException>(static () => WorkerProcess.StartAsync(WorkerMethods.LinesAsync, Channel.CreateUnbounded<Line>().Reader), "a channel of this process");
    }

    private static async Task PoolNumbersAsync()
    {
        await using var pool = new WorkerPool(2);
        int[] squares = await pool.MapAsync(WorkerMethods.Square, Enumerable.Range(0, 100));
        Check(squares.Sum(), Enumerable.Range(0, 100).Sum(static number => number * number));
        long[] sums = await pool.MapAsync(WorkerMethods.Add, Enumerable.Range(0, 10).Select(static number => (number, 2L * number)));
        Check(sums.Sum(), 135);
        Check(await pool.RunAsync(WorkerMethods.Midpoint, 1.0, 2.0), 1.5);
        int count = 0;
        await foreach (int square in pool.MapUnorderedAsync(WorkerMethods.Square, Enumerable.Range(0, 50)))
            count++;
        Check(count, 50);
    }

    private static async Task PoolRecordsAsync()
    {
        var options = new WorkerPoolOptions { Initializer = WorkerInitializer.Create(WorkerMethods.PrefixAsync, "p1") };
        await using var pool = new WorkerPool(2, options);
        Job[] jobs = [.. Enumerable.Range(0, 20).Select(static id => new Job(id, $"note {id}", []))];
        foreach (Job[] described in new[] { await pool.MapAsync(WorkerMethods.Describe, jobs), await pool.MapAsync(WorkerMethods.DescribeAsync, jobs) })
        {
            Check(described.Length, 20);
            Check((described[7].Id, described[7].Note, described[7].Tags.Single()), (7, "p1:note 7", "described"));
        }
    }

    private static async Task<List<T>> AllAsync<T>(ChannelReader<T> reader)
    {
        var all = new List<T>();
        await foreach (T item in reader.ReadAllAsync())
            all.Add(item);
        return all;
    }

    private static async Task SucceedsAsync(WorkerProcess worker)
    {
        await using (worker)
            (await worker.WaitForExitAsync()).EnsureSuccess();
    }

    private static async Task RefusedAsync<TException>(Func<Task> action, string words)
        where TException : Exception
    {
        try
        {
            await action();
        }
        catch (TException e) when (e.Message.Contains(words, StringComparison.Ordinal))
        {
            return;
        }
        throw new InvalidOperationException($"It was not refused with {typeof(TException).Name} and '{words}'.");
    }

    private static void Check<T>(T actual, T expected, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
            throw new InvalidOperationException($"{what} is {actual}, and {expected} was expected.");
    }
}
