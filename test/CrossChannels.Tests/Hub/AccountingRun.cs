using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using CrossChannels.TestChild;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Hub;

/// <summary>One run of the accounting test: a hub here, its readers and writers in processes of their own.</summary>
internal sealed class AccountingRun<T>(AccountingPlan plan, Func<long, T> make, Func<T, long> idOf) : IAsyncDisposable
{
    private const int Killed = 137;

    private readonly TempDirectory _directory = new();
    private readonly List<ChildProcess> _writers = [];
    private readonly List<ChildProcess> _readers = [];
    private readonly Ledger _owners = new();
    private readonly ConcurrentQueue<string> _said = new();
    private string _step = "start";

    private int OwnerId => plan.Writers.Count;

    public async Task RunAsync()
    {
        try
        {
            ChannelAddress address = plan.IsLane ? ChannelAddress.SharedMemory(TransportTest.UniqueName()) : ChannelAddress.Unix(_directory["hub.sock"]);
            ChannelOptions options = plan.Capacity == 0 ? new UnboundedChannelOptions() : new BoundedChannelOptions(plan.Capacity);
            var sharing = new SharedChannelOptions { Completion = plan.Policy };
            await using ChannelHub hub = await ChannelHub.StartAsync(
                address, new HubOptions { RevokeTimeout = plan.RevokeTimeout, Connection = new ConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(1) } }).Done();
            if (plan.IsLeased)
            {
                LeasedChannel<T> channel = hub.CreateLeased<T>("c", options, new LeaseOptions { CapacityRelease = plan.CapacityRelease }, sharing);
                await RunAsync(address, channel.Writer, () => ReadLeasesAsync(channel.Reader), channel.Reader.Completion);
            }
            else
            {
                SharedChannel<T> channel = plan.Capacity == 0 ? hub.CreateUnbounded<T>("c", sharing) : hub.CreateBounded<T>("c", plan.Capacity, sharing);
                await RunAsync(address, channel.Writer, () => ReadAsync(channel.Reader), channel.Reader.Completion);
            }
        }
        catch (Exception e)
        {
            string states = string.Join(", ", _writers.Concat(_readers).Select(static child => $"{child.Id}:{Signals.State(child.Id)}"));
            string files = string.Join(", ", Directory.GetFiles(_directory.Path).Select(static path => $"{Path.GetFileName(path)}: {new FileInfo(path).Length}"));
            throw new AssertFailedException($"Seed {plan.Seed}, at '{_step}': {e.Message}\n{plan}\nprocesses {states}; files {files}; said {string.Join(", ", _said)}\n{e}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess child in _writers.Concat(_readers))
            await child.DisposeAsync();
        _directory.Dispose();
    }

    private async Task RunAsync(ChannelAddress address, CrossChannelWriter<T> owner, Func<Task> read, Task completion)
    {
        await StartAsync(address.WithChannel("c"));
        _step = "go";
        Task reading = plan.OwnerReads ? Task.Run(read) : Task.CompletedTask;
        await Task.WhenAll(_writers.Concat(_readers).Select(static child => child.SayAsync("go"))).Done();
        Task<long> writing = plan.OwnerWrites ? Task.Run(() => WriteAsync(owner)) : Task.FromResult(0L);
        Task<WriterEnd>[] writers = [.. _writers.Select((child, i) => FollowWriterAsync(child, plan.Writers[i]))];
        Task<string>[] readers = [.. _readers.Select((child, i) => FollowReaderAsync(child, plan.Readers[i]))];

        _step = "writers";
        WriterEnd[] ends = await Task.WhenAll(writers).Done();
        long ownersOwn = await writing.Done();
        _step = "join";
        await JoinAsync(owner).Done();
        bool endsByItself = plan.Policy.Rule == CompletionRule.LastWriter || (plan.Policy.Rule == CompletionRule.AnyWriter && ends.Any(static end => end.IsCompleted));
        if (!endsByItself)
            owner.TryComplete();
        _step = "readers";
        string[] says = await Task.WhenAll(readers).Done();
        await reading.Done();
        _step = "completion";
        await Task.WhenAny(completion).Done();
        CheckEndings(ends, says, completion);
        CheckItems(ends, ownersOwn);
    }

    private async Task StartAsync(ChannelAddress address)
    {
        string channel = address.ToString(), leased = plan.IsLeased.ToString();
        string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < plan.Writers.Count; i++)
        {
            AccountingPlan.End end = plan.Writers[i];
            _writers.Add(ChildProcess.Start(
                "write-numbered", channel, plan.Kind, Text(i), Text(plan.Items), Text((plan.Seed * 31) + i), end.Fate, Text(end.At), Text(end.Delay), _directory[$"w{i}"]));
        }
        for (int i = 0; i < plan.Readers.Count; i++)
        {
            AccountingPlan.End end = plan.Readers[i];
            _readers.Add(ChildProcess.Start(
                "read-numbered", channel, plan.Kind, leased, Text((plan.Seed * 31) + 10 + i), end.Fate, Text(end.At), Text(end.Delay), _directory[$"r{i}"]));
        }
        foreach (ChildProcess child in _writers.Concat(_readers))
            Assert.AreEqual("open", await child.ReadLineAsync());
    }

    private async Task<WriterEnd> FollowWriterAsync(ChildProcess child, AccountingPlan.End end)
    {
        string? said = await FollowAsync(child, end);
        if (said is null)
            return new WriterEnd(true, 0, 0, false);
        string[] parts = said.Split(' ');
        return new WriterEnd(
            false, long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture), bool.Parse(parts[3]));
    }

    private async Task<string> FollowReaderAsync(ChildProcess child, AccountingPlan.End end) => await FollowAsync(child, end) ?? "killed";

    /// <returns>What it said last; null if it was killed.</returns>
    private async Task<string?> FollowAsync(ChildProcess child, AccountingPlan.End end)
    {
        string? said = await child.TryReadLineAsync();
        if (said == "stopping")
        {
            await Signals.WaitUntilStoppedAsync(child);
            await Task.Delay(end.StopMilliseconds);
            Signals.Continue(child);
            said = await child.TryReadLineAsync();
        }
        _said.Enqueue($"{child.Id}: {said}");
        int code = await child.WaitForExitAsync();
        // A kill that comes late may come after its last words.
        Assert.AreEqual(said is null || (end.Fate == "kill" && code == Killed) ? Killed : 0, code, $"exit code of a process with fate {end}, which said '{said}': {await child.ReadErrorsAsync()}");
        Assert.IsTrue(said is not null || end.Fate == "kill", $"a process with fate {end} was killed");
        return said;
    }

    private async Task<long> WriteAsync(CrossChannelWriter<T> owner)
    {
        for (long number = 0; number < plan.Items; number++)
        {
            try
            {
                await owner.WriteAsync(make(NumberedItem.Id(OwnerId, number)));
            }
            catch (ChannelClosedException)
            {
                return number;
            }
        }
        return plan.Items;
    }

    private async Task ReadAsync(CrossChannelReader<T> reader)
    {
        while (await MayReadAsync(reader))
        {
            while (reader.TryRead(out T? item))
                _owners.Read.Add((idOf(item), 1));
        }
    }

    private async Task ReadLeasesAsync(LeasedReader<T> reader)
    {
        while (await MayReadAsync(reader))
        {
            while (reader.TryRead(out Lease<T>? lease))
            {
                _owners.Read.Add((idOf(lease.Item), lease.DeliveryCount));
                if (lease.DeliveryCount == 1 && _owners.Read.Count % 17 == 0)
                {
                    lease.Abandon();
                    continue;
                }
                lease.Complete();
                _owners.Settled.Add((idOf(lease.Item), lease.DeliveryCount));
            }
        }
    }

    private static async Task<bool> MayReadAsync<TItem>(ChannelReader<TItem> reader)
    {
        try
        {
            return await reader.WaitToReadAsync();
        }
        catch (CrossChannelException)
        {
            return false;
        }
    }

    private static async Task JoinAsync(CrossChannelWriter<T> owner) => await owner.JoinAsync();

    private void CheckEndings(WriterEnd[] writers, string[] readers, Task completion)
    {
        bool isFaulted = completion.IsFaulted;
        bool mayFault = plan.Policy.Rule == CompletionRule.LastWriter && plan.WriterLossPolicy == WriterLossPolicy.Fault;
        if (!mayFault || writers.Any(static end => !end.IsCompleted))
            Assert.AreEqual(mayFault, isFaulted, $"the owner's completion: {completion.Exception}");
        else if (writers.All(static end => end.Unreceived == 0))
            // One that completed, and was cut off before the hub confirmed its last items, does not know on which side it is counted.
            Assert.IsFalse(isFaulted, $"the owner's completion: {completion.Exception}");
        string expected = isFaulted ? "end WriterLeft " : "end Completed ";
        for (int i = 0; i < readers.Length; i++)
        {
            // A process that stood still may have been cut off, and one that was to be killed may have been too slow for it.
            if (plan.Readers[i].Fate == "finish")
                Assert.AreEqual(expected, readers[i], $"reader {i}");
        }
    }

    private void CheckItems(WriterEnd[] writers, long ownersOwn)
    {
        Ledger[] readers = [.. plan.Readers.Select((_, i) => Ledger.Load(_directory[$"r{i}"])), _owners];
        ILookup<int, long> delivered = readers.SelectMany(static ledger => ledger.Read).Select(static item => item.Id).Distinct().Order()
            .ToLookup(static id => (int)(id >> 32), static id => id & uint.MaxValue);
        int killedReaders = plan.Readers.Count(static end => end.Fate == "kill");
        int mayMiss = plan.IsLeased ? 0 : killedReaders * NumberedReaderCommand.Batch;
        int missing = 0;
        for (int writer = 0; writer <= OwnerId; writer++)
        {
            long[] numbers = [.. delivered[writer]];
            long highest = numbers.Length == 0 ? 0 : numbers[^1] + 1;
            long least = writer == OwnerId ? ownersOwn
                : writers[writer].WasKilled ? Ledger.Load(_directory[$"w{writer}"]).Flushed
                : writers[writer].Accepted - writers[writer].Unreceived;
            long most = writer == OwnerId ? ownersOwn : writers[writer].WasKilled ? plan.Items : writers[writer].Accepted;
            Assert.IsLessThanOrEqualTo(most, highest, $"writer {writer}: an item that was never accepted");
            missing += (int)(Math.Max(highest, least) - numbers.Length);
        }
        Assert.IsInRange(0, mayMiss, missing, "items that the hub had received and nobody read");
        if (plan.IsLeased)
            CheckLeases(readers);
        else if (plan.Readers.All(static end => end.Fate is not ("kill" or "stop")))
            Assert.AreEqual(readers.Sum(static ledger => ledger.Read.Count), delivered.Sum(static group => group.Count()), "nothing twice, where no reader was lost");
        if (plan is { OwnerReads: false, IsLeased: false } && plan.Readers is [{ Fate: "finish" }])
        {
            foreach (IGrouping<int, long> group in readers[0].Read.Select(static item => item.Id).GroupBy(static id => (int)(id >> 32), static id => id & uint.MaxValue))
                Assert.IsTrue(group.SequenceEqual(group.Order()), $"the lone reader had the items of writer {group.Key} out of order");
        }
    }

    private static void CheckLeases(Ledger[] readers)
    {
        foreach (IGrouping<long, int> item in readers.SelectMany(static ledger => ledger.Read).GroupBy(static item => item.Id, static item => item.Deliveries))
        {
            int[] deliveries = [.. item.Order()];
            Assert.HasCount(deliveries.Length, deliveries.Distinct(), $"item {item.Key:x} came twice as the same delivery: {string.Join(' ', deliveries)}");
        }
        ILookup<long, int> read = readers.SelectMany(static ledger => ledger.Read).ToLookup(static item => item.Id, static item => item.Deliveries);
        foreach (IGrouping<long, int> item in readers.SelectMany(static ledger => ledger.Settled).GroupBy(static item => item.Id, static item => item.Deliveries))
        {
            Assert.HasCount(1, item, $"item {item.Key:x} was settled twice");
            Assert.AreEqual(read[item.Key].Max(), item.Single(), $"item {item.Key:x} came again after it was settled");
        }
    }

    private readonly record struct WriterEnd(bool WasKilled, long Accepted, long Unreceived, bool IsCompleted);
}
