using System.Threading.Channels;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Processes at a hub, and hubs, that are killed at seeded points.</summary>
[TestClass]
public sealed class HubKillTests
{
    /// <summary>CROSSCHANNELS_LONG=1 makes them thousands.</summary>
    private static readonly int s_kills = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 2000 : 4;

    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub.sock"]);

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    public Task WriterKilled_ItsItemsAreAPrefixAndOthersGoOn() => RunAsync(static (plan, kill) => plan with
    {
        OwnerReads = true,
        OwnerWrites = true,
        Writers = [kill, new("finish", 0, 0, 0)],
        Readers = [],
    });

    [TestMethod]
    public Task ReaderKilled_WhatItDidNotReadOrSettleComesAgain() => RunAsync(static (plan, kill) => plan with
    {
        OwnerReads = false,
        Writers = [new("finish", 0, 0, 0)],
        Readers = [kill, new("finish", 0, 0, 0)],
    });

    [TestMethod]
    public async Task HubKilled_WritersLearnHowManyAreLost_ReadersDrainThenFault()
    {
        await using ChildProcess hub = ChildProcess.Start("own-hub", Address.ToString(), "64", "0", "wait");
        Assert.AreEqual("owns 0", await hub.ReadLineAsync());
        ChannelAddress address = Address.WithChannel("longs");
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(address).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(address).Done();
        long accepted = 0;
        Task writing = Task.Run(async () =>
        {
            while (true)
            {
                await writer.WriteAsync(accepted);
                accepted++;
            }
        });
        long next = 0;
        while (next < 500 || reader.Count == 0)
            Assert.AreEqual(next++, await reader.ReadAsync().Done());
        hub.BeginKill();
        Exception closed = await writing.Fails<ChannelClosedException>("a write waits for a hub that was killed");
        var lost = (ConnectionLostException)closed.InnerException!;
        Exception ended;
        while (true)
        {
            try
            {
                Assert.AreEqual(next, await reader.ReadAsync().Done());
                next++;
            }
            catch (ChannelClosedException e)
            {
                ended = e.InnerException!;
                break;
            }
        }
        Assert.IsInstanceOfType<ConnectionLostException>(ended);
        await reader.Completion.Fails<ConnectionLostException>("the reader of a killed hub waits for its end");
        Assert.IsInRange(0, accepted, lost.UnreceivedCount);
        Assert.IsGreaterThanOrEqualTo(accepted - lost.UnreceivedCount, next + 64, "Received are at most those that were read and those that the channel held.");
        Assert.AreEqual(EndingKind.ConnectionLost, writer.Ending!.Kind);
        await writer.FlushAsync().AsTask().Fails<ConnectionLostException>("a flush waits for a hub that was killed");
    }

    [TestMethod]
    public async Task OpenedBeforeTheOwnerExists_ThenTheOwnerRestarts()
    {
        ChannelAddress address = Address.WithChannel("longs");
        Task<CrossChannelReader<long>> opening = CrossChannel.OpenReaderAsync<long>(address);
        for (int start = 0; start < 2; start++)
        {
            await using ChildProcess hub = ChildProcess.Start("own-hub", Address.ToString(), "4", "1", "wait");
            CrossChannelReader<long> reader = await opening.Done();
            Assert.AreEqual(0, await reader.ReadAsync().Done());
            Assert.AreEqual("owns 1", await hub.ReadLineAsync());
            await hub.KillAsync();
            await reader.Completion.Fails<ConnectionLostException>("the reader of a killed owner waits for its end");
            await reader.DisposeAsync().Done();
            // Its socket is still there, and nobody listens.
            opening = CrossChannel.OpenReaderAsync<long>(address);
        }
        await using ChildProcess last = ChildProcess.Start("own-hub", Address.ToString(), "4", "1", "wait");
        Assert.AreEqual(0, await (await opening.Done()).ReadAsync().Done());
    }

    [TestMethod]
    public async Task OpenedWithoutAnOwner_FailsWithThePathAtTheDeadline()
    {
        var link = new ConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        var e = await CrossChannel.OpenWriterAsync<long>(Address.WithChannel("longs"), connection: link).Fails<LinkTimeoutException>("a writer waits for an owner");
        StringAssert.Contains(e.Message, Address.Path);
    }

    [TestMethod]
    public async Task ItemThatKillsItsReader_GoesToTheDeadLettersOthersAreDone()
    {
        const int Most = 3;
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        LeasedChannel<long> channel = hub.CreateLeased<long>("work", 8, new LeaseOptions { MaxDeliveries = Most });
        await channel.Writer.WriteAsync(666).Done();
        await channel.Writer.WriteAsync(7).Done();
        for (int delivery = 1; delivery <= Most; delivery++)
        {
            await using ChildProcess reader = ChildProcess.Start("read-on-word", channel.Address.ToString(), "true");
            Assert.AreEqual("open", await reader.ReadLineAsync());
            await reader.SayAsync("read");
            Assert.AreEqual($"666 {delivery}", await reader.ReadLineAsync());
            await reader.KillAsync();
        }
        Assert.AreEqual(666, await channel.DeadLetters!.Reader.ReadAsync().Done());
        Lease<long> good = await channel.Reader.ReadAsync().Done();
        Assert.AreEqual(7, good.Item);
        good.Complete();
        await channel.Writer.JoinAsync().Done();
        channel.Writer.Complete();
        await channel.Reader.Completion.Done();
    }

    private static async Task RunAsync(Func<AccountingPlan, AccountingPlan.End, AccountingPlan> shape) =>
        await Parallel.ForEachAsync(Enumerable.Range(1, s_kills), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            var random = new Random(seed);
            AccountingPlan plan = shape(AccountingPlan.Make(seed), new("kill", random.Next(random.Next(2) == 0 ? 10 : 300), random.Next(2) * random.Next(20_000), 0)) with
            {
                Items = 400,
                IsLeased = random.Next(2) == 0,
                IsLane = seed % 2 == 0 && OperatingSystem.IsLinux(),
                Policy = CompletionPolicy.Owner,
                RevokeTimeout = TimeSpan.FromSeconds(20),
            };
            await AccountingTests.RunAsync(plan);
        });
}
