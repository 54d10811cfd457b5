using System.Runtime.InteropServices;

namespace CrossChannels.Tests.Faults;

/// <summary>Processes that leave without closing anything.</summary>
[TestClass]
public sealed partial class LeavingProcessTests
{
    private const int Count = 700;
    private const int Stop = 19;
    private const int Continue = 18;

    [TestMethod]
    public async Task ReturnsFromMain_AfterComplete_AllReceivedAndACleanEnd()
    {
        await using Child child = await Child.StartAsync("complete");
        await child.ReadAllAsync();
        await child.Channel.Reader.Completion.Done("the reader waits for its end");
        Assert.AreEqual(EndingKind.Completed, child.Channel.Reader.Ending!.Kind);
        Assert.AreEqual(0, await child.Process.FinishAsync());
    }

    [TestMethod]
    [DataRow("return", 0)]
    [DataRow("exit", 7)]
    public async Task Leaves_WithoutComplete_AllReceivedThenTheReaderIsToldToComplete(string how, int exitCode)
    {
        await using Child child = await Child.StartAsync(how);
        await child.ReadAllAsync();
        var e = await child.Channel.Reader.Completion.Fails<WriterLeftException>("the reader waits for its end");
        StringAssert.Contains(e.Message, "Call Complete()");
        Assert.AreEqual(exitCode, await child.Process.FinishAsync());
    }

    [TestMethod]
    public async Task ReturnsFromMain_AThreadIsBlockedInAWrite_ItStaysThereAndWhatWasAcceptedIsReceived()
    {
        await using Child child = await Child.StartAsync("blocked");
        // The reader's window is full, and nobody reads: the thread waits for room.
        await Wait.Until(() => child.Channel.Reader.Count == 1024);
        Task<int> exit = child.Process.FinishAsync();
        await child.ReadAllAsync();
        long next = -1;
        while (await child.Channel.Reader.WaitToReadAsync().AsTask().ContinueWith(static wait => wait.IsCompletedSuccessfully && wait.Result, TaskScheduler.Default).Done())
        {
            while (child.Channel.Reader.TryRead(out long number))
                Assert.AreEqual(next--, number);
        }
        await child.Channel.Reader.Completion.Fails<WriterLeftException>("the reader waits for its end");
        Assert.AreEqual(0, await exit);
    }

    [TestMethod]
    public async Task UnhandledException_NothingReceivedIsLost_ThenConnectionLost()
    {
        await using Child child = await Child.StartAsync("throw");
        Assert.AreEqual("flushed", await child.Process.ReadLineAsync());
        await child.ReadAllAsync();
        await child.Channel.Reader.Completion.Fails<ConnectionLostException>("the reader waits for its end");
        Assert.AreNotEqual(0, await child.Process.FinishAsync());
    }

    [TestMethod]
    public async Task Leaves_ItsReaderIsStopped_ExitDeadlineHolds()
    {
        using var directory = new TempDirectory();
        ChannelAddress address = ChannelAddress.Unix(directory["x.sock"]);
        await using ChildProcess reader = ChildProcess.Start("listen-and-read", address.ToString());
        Assert.AreEqual("listening", await reader.ReadLineAsync());
        await using ChildProcess writer = ChildProcess.Start("leave", "return-unread", address.ToString(), $"{Count}");
        Assert.AreEqual("written", await writer.ReadLineAsync());
        Assert.AreEqual(0, SendSignal(reader.Id, Stop));
        Assert.AreEqual(0, await writer.FinishAsync());
        Assert.AreEqual(0, SendSignal(reader.Id, Continue));
        await reader.KillAsync();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    /// <summary>A writer, and the channel on which it comes.</summary>
    private sealed class Child : IAsyncDisposable
    {
        private readonly RawListener<NoItem, long> _listener;

        private Child(RawListener<NoItem, long> listener, ChildProcess process, DuplexChannel<NoItem, long> channel)
        {
            _listener = listener;
            Process = process;
            Channel = channel;
        }

        public ChildProcess Process { get; }

        public DuplexChannel<NoItem, long> Channel { get; }

        public static async Task<Child> StartAsync(string how)
        {
            RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
            ChildProcess process = ChildProcess.Start("leave", how, listener.Address.ToString(), $"{Count}");
            DuplexChannel<NoItem, long> channel = await listener.AcceptAsync();
            Assert.AreEqual("written", await process.ReadLineAsync());
            return new Child(listener, process, channel);
        }

        public async Task ReadAllAsync()
        {
            for (long number = 0; number < Count; number++)
                Assert.AreEqual(number, await Channel.Reader.ReadAsync().Done($"the reader waits for item {number}"));
        }

        public async ValueTask DisposeAsync()
        {
            await Process.DisposeAsync();
            await Channel.DisposeAsync().Done("the reader waits to close");
            await _listener.DisposeAsync();
        }
    }
}
