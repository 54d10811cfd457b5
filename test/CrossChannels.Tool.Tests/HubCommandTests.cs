using System.Threading.Channels;

namespace CrossChannels.Tool.Tests;

/// <summary><c>crosschannels hub</c> in a process of its own, with writers and readers in this one.</summary>
[TestClass]
public sealed class HubCommandTests : IDisposable
{
    private const int Terminate = 15;

    private readonly TempDirectory _directory = new();

    private string Address => "unix:" + _directory["hub"];

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task WritersAndReaders_MeetInIt_AndItEndsWithNothingLeft()
    {
        using ToolProcess hub = await StartAsync("--bounded", "parts:3,end=last:2", "--unbounded", "log");
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>($"{Address}#parts").Done();
        await using CrossChannelWriter<long> first = await CrossChannel.OpenWriterAsync<long>($"{Address}#parts").Done();
        await using CrossChannelWriter<long> second = await CrossChannel.OpenWriterAsync<long>($"{Address}#parts").Done();
        await using CrossChannelWriter<string> log = await CrossChannel.OpenWriterAsync<string>($"{Address}#log").Done();
        await using CrossChannelReader<string> logged = await CrossChannel.OpenReaderAsync<string>($"{Address}#log").Done();

        Task writing = Task.WhenAll(WriteAsync(first, 1, 50), WriteAsync(second, 51, 50));
        await log.WriteAsync("begun").Done();
        var read = new List<long>();
        await foreach (long item in reader.ReadAllAsync())
            read.Add(item);
        await writing.Done();

        CollectionAssert.AreEquivalent(Enumerable.Range(1, 100).Select(static i => (long)i).ToArray(), read);
        Assert.AreEqual("begun", await logged.ReadAsync().Done());
        await log.JoinAsync().Done();
        Assert.AreEqual((0, $"hub: listening at {Address}\nhub: ending; readers have 5 s\nhub: ended; everything was read\n"), await EndAsync(hub));
    }

    [TestMethod]
    public async Task Terminated_WithItemsLeft_TellsThemByChannel()
    {
        using ToolProcess hub = await StartAsync("--bounded", "parts:10", "--leased", "work", "--drain", "100ms");
        await using CrossChannelWriter<long> parts = await CrossChannel.OpenWriterAsync<long>($"{Address}#parts").Done();
        await using CrossChannelWriter<long> work = await CrossChannel.OpenWriterAsync<long>($"{Address}#work").Done();
        await parts.WriteManyAsync(new long[] { 1, 2, 3 }).Done();
        await work.WriteManyAsync(new long[] { 1, 2 }).Done();
        await parts.FlushAsync().Done();
        await work.FlushAsync().Done();

        (int exitCode, string errors) = await EndAsync(hub);

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "hub: 3 items of channel parts were left when its owner closed it.");
        StringAssert.Contains(errors, "hub: 2 items of channel work were left when its owner closed it.");
        StringAssert.EndsWith(errors, "hub: ended; 5 items were left\n");
        var closed = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => parts.WriteAsync(4).Done());
        Assert.IsInstanceOfType<OwnerLeftException>(closed.InnerException);
        Assert.AreEqual(EndingKind.OwnerLeft, parts.Ending!.Kind);
    }

    [TestMethod]
    public async Task Terminated_LetsReadersDrain()
    {
        using ToolProcess hub = await StartAsync("--bounded", "parts:1000", "--drain", "1m");
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>($"{Address}#parts").Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>($"{Address}#parts").Done();
        await WriteAsync(writer, 0, 1000, isAll: false);
        await writer.FlushAsync().Done();

        hub.Signal(Terminate);
        var left = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => writer.WaitToWriteAsync().Done());
        Assert.AreEqual(("parts", 1000L), (left.Channel, left.UnreadCount));
        long next = 0;
        while (next < 1000)
            Assert.AreEqual(next++, await reader.ReadAsync().Done());

        // A service that read to the end must not take the end of its hub for the end of the work.
        Assert.AreEqual(0, (await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done())).UnreadCount);
        Result ended = await hub.FinishAsync();
        Assert.AreEqual(0, ended.ExitCode, ended.Errors);
        StringAssert.EndsWith(ended.Errors, "hub: ending; readers have 60 s\nhub: ended; everything was read\n");
    }

    [TestMethod]
    public async Task LeasedTooOften_GoesToTheDeadLetters()
    {
        using ToolProcess hub = await StartAsync("--leased", "work:5,deliveries=2");
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>($"{Address}#work").Done();
        await using LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync<string>($"{Address}#work").Done();
        await using CrossChannelReader<string> letters = await CrossChannel.OpenReaderAsync<string>($"{Address}#work.dead-letters").Done();

        await writer.WriteAsync("bad").Done();
        for (int delivery = 1; delivery <= 2; delivery++)
        {
            using Lease<string> lease = await reader.ReadAsync().Done();
            Assert.AreEqual(delivery, lease.DeliveryCount);
        }

        Assert.AreEqual("bad", await letters.ReadAsync().Done());
        await writer.JoinAsync().Done();
        // A reader that closes has said what it has read.
        await letters.DisposeAsync();
        (int exitCode, string errors) = await EndAsync(hub);
        Assert.AreEqual(0, exitCode, errors);
    }

    [TestMethod]
    [DataRow("--bounded", "parts:10")]
    [DataRow("build")]
    [DataRow("build", "--bounded", "parts:none")]
    [DataRow("build", "--unbounded", "log:3")]
    [DataRow("build", "--unbounded", "log,deliveries=3")]
    [DataRow("build", "--leased", "work,end=last")]
    [DataRow("build", "--leased", "work", "--drain", "5")]
    [DataRow("build", "--unbounded", "log", "--unbounded", "log")]
    [DataRow("build#parts", "--unbounded", "log")]
    [DataRow("build", "--nonsense")]
    public async Task WrongCommandLine_IsToldApart(params string[] arguments)
    {
        // An endpoint that is opened before the mistake is found is one of this test's own.
        string[] own = [.. arguments.Select(argument => argument.Replace("build", Address, StringComparison.Ordinal))];
        Result result = await ToolProcess.RunAsync("", ["hub", .. own]);
        Assert.AreEqual(2, result.ExitCode, result.Errors);
        StringAssert.StartsWith(result.Errors, "crosschannels: ");
    }

    [TestMethod]
    public async Task AddressTaken_Fails()
    {
        using ToolProcess hub = await StartAsync("--unbounded", "log");
        Result result = await ToolProcess.RunAsync("", "hub", Address, "--unbounded", "log");
        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Errors, _directory["hub"]);
    }

    private static async Task WriteAsync(CrossChannelWriter<long> writer, long first, int count, bool isAll = true)
    {
        for (int i = 0; i < count; i++)
            await writer.WriteAsync(first + i).Done();
        if (isAll)
            writer.Complete();
    }

    private static async Task<(int ExitCode, string Errors)> EndAsync(ToolProcess hub)
    {
        hub.Signal(Terminate);
        Result ended = await hub.FinishAsync();
        return (ended.ExitCode, ended.Errors);
    }

    private Task<ToolProcess> StartAsync(params string[] arguments) => ToolProcess.StartHubAsync(Address, arguments);
}
