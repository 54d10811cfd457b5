using System.Globalization;
using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>JoinableQueue</c> does, between real processes.</summary>
[TestClass]
public sealed class ParityJoinableTests
{
    [TestMethod]
    public async Task TaskDone_OnceTooMany_Throws()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        LeasedChannel<string> queue = hub.Hub.CreateLeased<string>("queue", 10);
        await queue.Writer.WriteAsync("dish").Done();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(DoneTwice, queue.Reader, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("dish done", await hub.HearAsync());
        Assert.AreEqual("InvalidOperationException", await hub.HearAsync());
        await queue.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Join_TheConsumerDies_ItsItemGoesToTheNextAndJoinEnds()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        LeasedChannel<string> queue = hub.Hub.CreateLeased<string>("queue", 10);
        WorkerProcess[] cooks = await Task.WhenAll(
            WorkerProcess.StartAsync(Cook, "a", queue.Writer, ParityHub.Daemon), WorkerProcess.StartAsync(Cook, "b", queue.Writer, ParityHub.Daemon)).Done();
        foreach (WorkerProcess cook in cooks)
            (await cook.WaitForExitAsync().Done()).EnsureSuccess();

        Task joined = queue.Writer.JoinAsync().AsTask();
        await using WorkerProcess dying = await WorkerProcess.StartAsync(TakeAndStay, queue.Reader, hub.Said, ParityHub.Daemon);
        string taken = await hub.HearAsync();
        dying.Kill();
        await using WorkerProcess eater = await WorkerProcess.StartAsync(Eat, queue.Reader, hub.Said, ParityHub.Daemon);
        await joined.Done();

        var deliveries = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < 4; i++)
        {
            string[] dish = (await hub.HearAsync()).Split(' ');
            deliveries.Add(dish[0], int.Parse(dish[1], CultureInfo.InvariantCulture));
        }
        CollectionAssert.AreEquivalent((string[])["a1", "a2", "b1", "b2"], deliveries.Keys);
        Assert.AreEqual(2, deliveries[taken]);
    }

    private static async Task DoneTwice(LeasedReader<string> queue, ChannelWriter<string> said)
    {
        Lease<string> lease = await queue.ReadAsync();
        queue.TaskDone();
        await said.WriteAsync($"{lease.Item} done");
        try
        {
            queue.TaskDone();
        }
        catch (InvalidOperationException e)
        {
            await said.WriteAsync(e.GetType().Name);
        }
    }

    private static async Task Cook(string name, ChannelWriter<string> queue)
    {
        await queue.WriteAsync($"{name}1");
        await queue.WriteAsync($"{name}2");
    }

    private static async Task TakeAndStay(LeasedReader<string> queue, ChannelWriter<string> said)
    {
        Lease<string> lease = await queue.ReadAsync();
        await said.WriteAsync(lease.Item);
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task Eat(LeasedReader<string> queue, CrossChannelWriter<string> said)
    {
        await foreach (Lease<string> lease in queue.ReadAllAsync())
        {
            await said.WriteAsync($"{lease.Item} {lease.DeliveryCount}");
            await said.FlushAsync();
            await lease.CompleteAsync();
        }
    }
}
