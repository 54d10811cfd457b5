using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>Pipe</c> does, between real processes.</summary>
[TestClass]
public sealed class ParityPipeTests
{
    [TestMethod]
    public async Task Pipe_Duplex_BothTalk_AndTheMovedEndThrowsByName()
    {
        (DuplexChannel<string, int> here, DuplexChannel<int, string> there) = CrossChannel.CreatePair<string, int>();
        await using WorkerProcess child = await WorkerProcess.StartAsync(SayLengths, there, new WorkerOptions { Name = "measurer", IsDaemon = true });
        await here.Writer.WriteAsync("four").Done();
        Assert.AreEqual(4, await here.Reader.ReadAsync().Done());
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => there.Writer.WriteAsync(1).Done());
        StringAssert.Contains(e.Message, "measurer");
        here.Writer.Complete();
        Assert.IsFalse(await here.Reader.WaitToReadAsync().Done());
        (await child.WaitForExitAsync().Done()).EnsureSuccess();
    }

    [TestMethod]
    public async Task Pipe_OneWay_TheFirstChildSendsAndTheSecondReceives()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        (DuplexChannel<int, NoItem> sending, DuplexChannel<NoItem, int> receiving) = CrossChannel.CreatePair<int, NoItem>();
        await using WorkerProcess sender = await WorkerProcess.StartAsync(Send, sending, ParityHub.Daemon);
        await using WorkerProcess receiver = await WorkerProcess.StartAsync(SaySum, receiving, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("6", await hub.HearAsync());
    }

    [TestMethod]
    public async Task EndOfFile_ComesAlthoughAnotherChildLives_NobodyHasInheritedAnEnd()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        (DuplexChannel<string, int> here, DuplexChannel<int, string> there) = CrossChannel.CreatePair<string, int>();
        await using WorkerProcess child = await WorkerProcess.StartAsync(SayLengths, there, ParityHub.Daemon);
        await here.Writer.WriteAsync("1").Done();
        Assert.AreEqual(1, await here.Reader.ReadAsync().Done());
        await using WorkerProcess other = await WorkerProcess.StartAsync(Stay, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("here", await hub.HearAsync());

        child.Kill();
        await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => here.Reader.WaitToReadAsync().Done());
        Assert.IsFalse(other.HasExited);
    }

    [TestMethod]
    public async Task Poll_SaysWhetherThereIsSomething_AndTheEndIsNotAnError()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>();
        await using WorkerProcess child = await WorkerProcess.StartAsync(Poll, there, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("poll: nothing", await hub.HearAsync());
        await here.Writer.WriteAsync(1).Done();
        Assert.AreEqual("recv: 1", await hub.HearAsync());
        here.Writer.Complete();
        Assert.AreEqual("end", await hub.HearAsync());
        Assert.AreEqual("ChannelClosedException", await hub.HearAsync());
    }

    [TestMethod]
    public async Task Close_WithoutComplete_IsToldApartFromAnEnd()
    {
        (DuplexChannel<NoItem, int> here, DuplexChannel<int, NoItem> there) = CrossChannel.CreatePair<NoItem, int>();
        await using WorkerProcess child = await WorkerProcess.StartAsync(SendHalf, there, ParityHub.Daemon);
        Assert.AreEqual(1, await here.Reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<WriterLeftException>(() => here.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task Bytes_IntoABufferThatIsTooSmall_NothingIsLost()
    {
        (DuplexChannel<NoItem, byte[]> here, DuplexChannel<byte[], NoItem> there) = CrossChannel.CreatePair<NoItem, byte[]>();
        await using WorkerProcess child = await WorkerProcess.StartAsync(SendBytes, there, ParityHub.Daemon);
        byte[] buffer = new byte[16];
        ArgumentException e = await Assert.ThrowsExactlyAsync<ArgumentException>(() => here.Reader.ReadIntoAsync(buffer.AsMemory(0, 4)).Done());
        StringAssert.Contains(e.Message, "10 bytes");
        Assert.AreEqual(10, await here.Reader.ReadIntoAsync(buffer).Done());
        CollectionAssert.AreEqual((byte[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], buffer[..10]);
    }

    private static async Task SayLengths(Channel<int, string> pipe)
    {
        await foreach (string text in pipe.Reader.ReadAllAsync())
            await pipe.Writer.WriteAsync(text.Length);
        pipe.Writer.Complete();
    }

    private static async Task Send(DuplexChannel<int, NoItem> pipe)
    {
        for (int i = 1; i <= 3; i++)
            await pipe.Writer.WriteAsync(i);
        pipe.Writer.Complete();
    }

    private static async Task SaySum(DuplexChannel<NoItem, int> pipe, ChannelWriter<string> said)
    {
        int sum = 0;
        await foreach (int number in pipe.Reader.ReadAllAsync())
            sum += number;
        await said.WriteAsync($"{sum}");
    }

    private static async Task Stay(CrossChannelWriter<string> said)
    {
        await said.WriteAsync("here");
        await said.FlushAsync();
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task Poll(DuplexChannel<NoItem, int> pipe, ChannelWriter<string> said)
    {
        try
        {
            await pipe.Reader.WaitToReadAsync(TimeSpan.FromMilliseconds(20));
        }
        catch (TimeoutException)
        {
            await said.WriteAsync("poll: nothing");
        }
        if (await pipe.Reader.WaitToReadAsync(TimeSpan.FromSeconds(30)))
            await said.WriteAsync($"recv: {await pipe.Reader.ReadAsync()}");
        if (!await pipe.Reader.WaitToReadAsync(TimeSpan.FromSeconds(30)))
            await said.WriteAsync("end");
        try
        {
            await pipe.Reader.ReadAsync();
        }
        catch (ChannelClosedException e)
        {
            await said.WriteAsync(e.GetType().Name);
        }
    }

    private static async Task SendHalf(DuplexChannel<int, NoItem> pipe)
    {
        await pipe.Writer.WriteAsync(1);
        await pipe.DisposeAsync();
    }

    private static async Task SendBytes(DuplexChannel<byte[], NoItem> pipe)
    {
        await pipe.Writer.WriteAsync([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        pipe.Writer.Complete();
    }
}
