using System.Text.Json;
using System.Text.RegularExpressions;
using CrossChannels.Tool.Commands;
using CrossChannels.Tool.Output;
using Spectre.Console;

namespace CrossChannels.Tool.Tests;

/// <summary>The commands against each other, and against ends of .NET programs.</summary>
[TestClass]
public sealed class ToolTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly TempDirectory _directory = new();

    private string Hub => "unix:" + _directory["hub"];

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task SentLines_AreReceivedAsTheyWere()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "items");
        Result sent = await ToolProcess.RunAsync("{\"id\":1}\n\n[ 1, \"ä\" ]\nnull\n\"text\"\n", "send", $"{Hub}#items", "--complete");
        sent.Succeeded();
        StringAssert.Contains(sent.Errors, "sent 4 items");
        string received = (await ToolProcess.RunAsync("", "receive", $"{Hub}#items", "--quiet")).Succeeded();
        Assert.AreEqual("{\"id\":1}\n[ 1, \"ä\" ]\nnull\n\"text\"\n", received);
        hub.Signal(Terminate);
        Assert.AreEqual(0, (await hub.FinishAsync()).ExitCode);
    }

    [TestMethod]
    public async Task DotnetPrograms_TakePart()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "numbers", "--unbounded", "texts", "--unbounded", "bytes", "--unbounded", "json");
        await using CrossChannelWriter<long> numbers = await CrossChannel.OpenWriterAsync<long>($"{Hub}#numbers").Done();
        await numbers.WriteManyAsync(new long[] { 1, -2 }).Done();
        await numbers.FlushAsync().Done();
        Assert.AreEqual("1\n-2\n", (await ToolProcess.RunAsync("", "receive", $"{Hub}#numbers", "-n", "2", "-q")).Succeeded());

        await using CrossChannelReader<string> texts = await CrossChannel.OpenReaderAsync<string>($"{Hub}#texts").Done();
        (await ToolProcess.RunAsync("", "send", $"{Hub}#texts", "\"a\\nb\"", "-q")).Succeeded();
        Assert.AreEqual("a\nb", await texts.ReadAsync().Done());

        await using CrossChannelReader<byte[]> bytes = await CrossChannel.OpenReaderAsync<byte[]>($"{Hub}#bytes").Done();
        (await ToolProcess.RunAsync("\"AQID\"\n", "send", $"{Hub}#bytes", "-q")).Succeeded();
        CollectionAssert.AreEqual((byte[])[1, 2, 3], await bytes.ReadAsync().Done());

        (await ToolProcess.RunAsync("{\"a\":[1,2]}\n", "send", $"{Hub}#json", "-q")).Succeeded();
        await using CrossChannelReader<JsonElement> json = await CrossChannel.OpenReaderAsync<JsonElement>($"{Hub}#json").Done();
        Assert.AreEqual(2, (await json.ReadAsync().Done()).GetProperty("a")[1].GetInt32());
    }

    [TestMethod]
    public async Task BadLine_IsTheUsersMistake_AndWhatWasBeforeIsSent()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "items");
        Result sent = await ToolProcess.RunAsync("1\n{\n", "send", $"{Hub}#items");
        Assert.AreEqual(2, sent.ExitCode, sent.Errors);
        StringAssert.Contains(sent.Errors, "Line 2 is not an item");
        Assert.AreEqual("1\n", (await ToolProcess.RunAsync("", "drain", $"{Hub}#items", "-q")).Succeeded());
    }

    [TestMethod]
    public async Task Send_WaitsForRoom_AndGoesOnWhenThereIsSome()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--bounded", "items:2");
        Task<Result> sending = ToolProcess.RunAsync("1\n2\n3\n4\n", "send", $"{Hub}#items", "--join", "-q");
        Assert.AreEqual("1\n2\n3\n4\n", (await ToolProcess.RunAsync("", "receive", $"{Hub}#items", "-n", "4", "-q")).Succeeded());
        (await sending.Done()).Succeeded();
    }

    [TestMethod]
    public async Task Leased_IsSettledWhenItsLineIsWritten()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--leased", "work");
        (await ToolProcess.RunAsync("1\n2\n3\n", "send", $"{Hub}#work", "-q")).Succeeded();
        using (ToolProcess receiving = ToolProcess.Start("receive", $"{Hub}#work", "-q"))
        {
            for (int number = 1; number <= 3; number++)
                Assert.AreEqual($"{number}", await receiving.Output.ReadLineAsync().Done());
            await Wait.Until(async () => await StatusAsync("work") is { Depth: 0, InFlight: 0 });
            receiving.Signal(Terminate);
            Assert.AreEqual(143, (await receiving.FinishAsync()).ExitCode);
        }
        Result empty = await ToolProcess.RunAsync("", "receive", $"{Hub}#work", "--timeout", "100ms");
        Assert.AreEqual((4, ""), (empty.ExitCode, empty.Output), empty.Errors);
    }

    [TestMethod]
    public async Task Interrupted_EndsAsAShellShowsIt()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "items");
        (await ToolProcess.RunAsync("1\n", "send", $"{Hub}#items", "-q")).Succeeded();
        using ToolProcess receiving = ToolProcess.Start("receive", $"{Hub}#items", "-q");
        Assert.AreEqual("1", await receiving.Output.ReadLineAsync().Done());
        if (OperatingSystem.IsLinux() && Signals.IsIgnored(receiving.Id, Interrupt))
            Assert.Inconclusive("The tests were started with this signal ignored, as a script does in the background, and the tool inherits that.");
        receiving.Signal(Interrupt);
        Assert.AreEqual(130, (await receiving.FinishAsync()).ExitCode);
    }

    [TestMethod]
    public async Task Drain_TakesWhatAReaderOfLeasesGaveBack()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--leased", "work");
        (await ToolProcess.RunAsync("1\n2\n", "send", $"{Hub}#work", "-q")).Succeeded();
        await using (LeasedReader<JsonElement> reader = await CrossChannel.OpenLeasedReaderAsync<JsonElement>($"{Hub}#work").Done())
            using (await reader.ReadAsync().Done())
                Assert.IsGreaterThan(0, (await StatusAsync("work")).InFlight);
        string[] drained = (await ToolProcess.RunAsync("", "drain", $"{Hub}#work", "-q")).Succeeded().TrimEnd('\n').Split('\n');
        CollectionAssert.AreEquivalent((string[])["1", "2"], drained);
    }

    [TestMethod]
    public async Task DeadLetters_AreListedRequeuedAndPurged()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--leased", "work,deliveries=1");
        (await ToolProcess.RunAsync("1\n2\n", "send", $"{Hub}#work", "-q")).Succeeded();
        await FailAllAsync(2);

        Assert.AreEqual("1\n2\n", (await ToolProcess.RunAsync("", "dead-letters", "list", $"{Hub}#work")).Succeeded());
        Assert.AreEqual("1\n2\n", (await ToolProcess.RunAsync("", "dead-letters", "list", $"{Hub}#work")).Succeeded());
        Result requeued = await ToolProcess.RunAsync("", "dead-letters", "requeue", $"{Hub}#work");
        requeued.Succeeded();
        StringAssert.Contains(requeued.Errors, "requeued 2 items");
        Assert.AreEqual((2L, 0L), ((await StatusAsync("work")).Depth, (await StatusAsync("work.dead-letters")).Depth));

        await FailAllAsync(2);
        StringAssert.Contains((await ToolProcess.RunAsync("", "dead-letters", "purge", $"{Hub}#work")).Errors, "purged 2 items");
        Assert.AreEqual(0, (await StatusAsync("work.dead-letters")).Depth);
        Assert.AreEqual(2, (await ToolProcess.RunAsync("", "dead-letters", "list", $"{Hub}#work.dead-letters")).ExitCode);
    }

    [TestMethod]
    public async Task Status_TellsChannelsAndLocks_ForPeopleAndForScripts()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--bounded", "parts:10", "--lock", "gate");
        await using CrossChannelWriter<long> parts = await CrossChannel.OpenWriterAsync<long>($"{Hub}#parts").Done();
        await parts.WriteAsync(1).Done();
        await parts.FlushAsync().Done();
        await using CrossLock gate = await CrossChannel.OpenLockAsync($"{Hub}#gate").Done();
        await using LockHold hold = await gate.AcquireAsync().Done();

        string shown = (await ToolProcess.RunAsync("", "status", Hub)).Succeeded();
        StringAssert.Contains(shown, $"process {hub.Id}\n");
        StringAssert.Contains(shown, "parts: 1 of 10 queued, 0 at readers; 1 writers, 0 readers; System.Int64 (raw)");
        StringAssert.Contains(shown, $"gate: held by process {Environment.ProcessId}");
        StringAssert.Contains((await ToolProcess.RunAsync("", "lock", "status", $"{Hub}#gate")).Succeeded(), $"token {hold.FencingToken}");

        using JsonDocument json = JsonDocument.Parse((await ToolProcess.RunAsync("", "status", Hub, "--json")).Succeeded());
        Assert.AreEqual(1, json.RootElement.GetProperty("channels")[0].GetProperty("depth").GetInt32());
        string[] looks = (await ToolProcess.RunAsync("", "top", Hub, "-n", "2", "--interval", "10ms")).Succeeded().TrimEnd('\n').Split('\n');
        Assert.HasCount(2, looks);
        Assert.AreEqual("gate", JsonDocument.Parse(looks[1]).RootElement.GetProperty("locks")[0].GetProperty("name").GetString());
    }

    [TestMethod]
    public async Task OldestLease_IsShown()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--leased", "work");
        await using CrossChannelWriter<long> work = await CrossChannel.OpenWriterAsync<long>($"{Hub}#work").Done();
        await using LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>($"{Hub}#work").Done();
        StringAssert.Contains(Top(await CrossChannel.GetHubStatusAsync(Hub).Done()), "│ 0          │ -            │");
        await work.WriteAsync(1).Done();
        Lease<long> lease = await reader.ReadAsync().Done();
        StringAssert.Contains((await ToolProcess.RunAsync("", "status", Hub)).Succeeded(), "; leased, the oldest lease for ");
        StringAssert.Matches(Top(await CrossChannel.GetHubStatusAsync(Hub).Done()), new("│ 1          │ [0-9]+\\.[0-9] s +│", RegexOptions.None, Wait.Deadline));
        lease.Dispose();
    }

    [TestMethod]
    [DataRow(2.94, "2.9 s")]
    [DataRow(61, "0:01:01")]
    [DataRow(93784, "1.02:03:04")]
    public void Age_IsAsLongAsItHasToBe(double seconds, string shown) => Assert.AreEqual(shown, StatusText.Age(TimeSpan.FromSeconds(seconds)));

    [TestMethod]
    public async Task EndingHub_TellsWhatIsLeft()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "items", "--drain", "0ms");
        (await ToolProcess.RunAsync("1\n", "send", $"{Hub}#items", "-q")).Succeeded();
        hub.Signal(Terminate);
        Result ended = await hub.FinishAsync();
        Assert.AreEqual(3, ended.ExitCode, ended.Errors);
        StringAssert.Contains(ended.Errors, "1 items were left");
    }

    [TestMethod]
    public async Task Tail_GoesOnWithTheNextHub()
    {
        using ToolProcess tail = ToolProcess.Start("tail", $"{Hub}#items", "-q");
        for (int number = 1; number <= 2; number++)
        {
            using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "items");
            (await ToolProcess.RunAsync($"{number}\n", "send", $"{Hub}#items", "-q")).Succeeded();
            Assert.AreEqual($"{number}", await tail.Output.ReadLineAsync().Done());
            hub.Signal(Terminate);
            (await hub.FinishAsync()).Succeeded();
        }
        tail.Signal(Terminate);
        Assert.AreEqual(143, (await tail.FinishAsync()).ExitCode);
    }

    [TestMethod]
    [DataRow(2, "nonsense")]
    [DataRow(2, "hub", "build")]
    [DataRow(2, "hub", "build", "--bounded", "parts")]
    [DataRow(2, "hub", "build", "--unbounded", "log", "--drain", "5")]
    [DataRow(2, "status", "tcp://no-port")]
    [DataRow(4, "status", "unix:/nowhere/at/all", "--connect-timeout", "50ms")]
    public async Task Mistakes_AreToldApart(int exitCode, params string[] arguments)
    {
        Result result = await ToolProcess.RunAsync("", arguments);
        Assert.AreEqual(exitCode, result.ExitCode, result.Errors);
        StringAssert.StartsWith(result.Errors, "crosschannels: ");
    }

    [TestMethod]
    public async Task ItemsWithoutAForm_AreRefusedWithWhatIsPossible()
    {
        using ToolProcess hub = await ToolProcess.StartHubAsync(Hub, "--unbounded", "points");
        await using CrossChannelWriter<Point> points = await CrossChannel.OpenWriterAsync<Point>($"{Hub}#points").Done();
        Result result = await ToolProcess.RunAsync("", "receive", $"{Hub}#points");
        Assert.AreEqual(2, result.ExitCode);
        StringAssert.Contains(result.Errors, "has no form as lines of JSON");
    }

    private async Task FailAllAsync(int count)
    {
        await using LeasedReader<JsonElement> reader = await CrossChannel.OpenLeasedReaderAsync<JsonElement>($"{Hub}#work").Done();
        for (int i = 0; i < count; i++)
            (await reader.ReadAsync().Done()).Abandon();
        await Wait.Until(async () => (await StatusAsync("work.dead-letters")).Depth == count);
    }

    private Task<ChannelStatus> StatusAsync(string name) => CrossChannel.GetChannelStatusAsync($"{Hub}#{name}").Done();

    private readonly record struct Point(int X, int Y);

    /// <summary>What <c>top</c> draws on a terminal.</summary>
    private static string Top(HubStatus hub)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        console.Write(TopCommand.Draw(hub, new TopCommand.Rates()));
        return text.ToString();
    }
}
