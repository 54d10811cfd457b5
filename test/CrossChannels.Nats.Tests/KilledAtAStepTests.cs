using System.Threading.Channels;
using CrossChannels.Nats.Completion;
using CrossChannels.TestChild;

namespace CrossChannels.Nats.Tests;

/// <summary>The process that ends a channel is killed between two steps of that: whoever opens it then goes on where it stopped.</summary>
[TestClass]
public sealed class KilledAtAStepTests
{
    private const int Killed = 128 + 9;

    [TestMethod]
    [DataRow("any", nameof(CourseStep.Flushed))]
    [DataRow("any", nameof(CourseStep.WriterLeft))]
    [DataRow("any", nameof(CourseStep.Decided))]
    [DataRow("any", nameof(CourseStep.Fenced))]
    [DataRow("any", nameof(CourseStep.Draining))]
    [DataRow("any", nameof(CourseStep.Empty))]
    [DataRow("any", nameof(CourseStep.Over))]
    [DataRow("last", nameof(CourseStep.WriterLeft))]
    [DataRow("last", nameof(CourseStep.Decided))]
    [DataRow("owner", nameof(CourseStep.Flushed))]
    [DataRow("owner", nameof(CourseStep.Decided))]
    public async Task Complete_ReadersGetAllItemsAndOneEnd(string how, string step)
    {
        await using NatsChannels nats = await EndAndBeKilledAsync(how, step);
        await using CrossChannelReader<int> first = await nats.OpenReaderAsync<int>(OnServerCommands.Channel).Done();
        await using CrossChannelReader<int> second = await nats.OpenReaderAsync<int>(OnServerCommands.Channel).Done();
        Task<List<int>>[] reading = [ReadAsync(first), ReadAsync(second)];
        if (how != "last" && step is nameof(CourseStep.Flushed) or nameof(CourseStep.WriterLeft))
        {
            // It died before anything was decided, and another one completes.
            await using SharedChannel<int> other = await OnServerCommands.CreateAsync(nats, how).Done();
            other.Writer.Complete();
            await other.Reader.Completion.Done();
        }
        List<int>[] read = await Task.WhenAll(reading).Done();
        await first.Completion.Done();
        await second.Completion.Done();
        int count = step is nameof(CourseStep.Empty) or nameof(CourseStep.Over) ? 0 : OnServerCommands.Count;
        CollectionAssert.AreEqual(Enumerable.Range(0, count).ToList(), read.SelectMany(static items => items).Order().ToList());
        foreach (List<int> items in read)
            CollectionAssert.AreEqual(items.Order().ToList(), items);
        await AssertNameIsFreeAsync(nats, how);
    }

    [TestMethod]
    public async Task LastWriter_KilledBeforeItSaysSo_ReadersGetAllItemsAndHearThatItIsLost()
    {
        await using NatsChannels nats = await EndAndBeKilledAsync("last", nameof(CourseStep.Flushed));
        await using CrossChannelReader<int> first = await nats.OpenReaderAsync<int>(OnServerCommands.Channel).Done();
        await using CrossChannelReader<int> second = await nats.OpenReaderAsync<int>(OnServerCommands.Channel).Done();
        List<int>[] read = await Task.WhenAll(ReadAsync(first), ReadAsync(second)).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, OnServerCommands.Count).ToList(), read.SelectMany(static items => items).Order().ToList());
        await first.Completion.Fails<WritersLostException>();
        await second.Completion.Fails<WritersLostException>();
        await AssertNameIsFreeAsync(nats, "last");
    }

    [TestMethod]
    [DataRow(nameof(CourseStep.Decided))]
    [DataRow(nameof(CourseStep.Fenced))]
    [DataRow(nameof(CourseStep.Dropped))]
    [DataRow(nameof(CourseStep.Over))]
    public async Task Abort_ReadersNeverTakeItForACleanEnd(string step)
    {
        await using NatsChannels nats = await EndAndBeKilledAsync("abort", step);
        await using CrossChannelReader<int> first = await nats.OpenReaderAsync<int>(OnServerCommands.Channel).Done();
        await using CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>(OnServerCommands.Channel).Done();
        LinkAbortedException error = await first.Completion.Fails<LinkAbortedException>();
        StringAssert.Contains(error.Message, "enough");
        await Wait.Until(() => writer.Ending is not null, "the writer's end");
        Assert.AreEqual(EndingKind.ReaderClosed, writer.Ending!.Kind);
        Assert.AreEqual(0, (await nats.GetChannelStatusAsync(OnServerCommands.Channel).Done()).Depth);
        await AssertNameIsFreeAsync(nats, "abort");
    }

    /// <summary>Lets a process end a channel until it is killed.</summary>
    private static async Task<NatsChannels> EndAndBeKilledAsync(string how, string step)
    {
        NatsServer server = await SharedServer.GetAsync();
        string space = SharedServer.NewSpace();
        await using ChildProcess child = ChildProcess.Start("end-on-server", server.Url, space, how, step);
        Assert.AreEqual("written", await child.ReadLineAsync());
        Assert.AreEqual(Killed, await child.WaitForExitAsync());
        return await NatsChannels.ConnectAsync(server.Url, OnServerCommands.OptionsOf(space)).Done();
    }

    private static async Task<List<int>> ReadAsync(ChannelReader<int> reader)
    {
        List<int> items = [];
        try
        {
            await foreach (int item in reader.ReadAllAsync())
                items.Add(item);
        }
        catch (CrossChannelException)
        {
            // What the end is its completion says.
        }
        return items;
    }

    /// <summary>The channel is over for everybody: the next of its name is another one, and works.</summary>
    private static async Task AssertNameIsFreeAsync(NatsChannels nats, string how)
    {
        await using SharedChannel<int> next = await OnServerCommands.CreateAsync(nats, how).Done();
        await next.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await next.Reader.ReadAsync().Done());
    }
}
