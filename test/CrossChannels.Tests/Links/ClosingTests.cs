using System.IO.Pipelines;
using System.Threading.Channels;
using CrossChannels.Channels;

namespace CrossChannels.Tests.Links;

/// <summary>How links end whose transport, peer or program does what it should not.</summary>
[TestClass]
public sealed class ClosingTests
{
    [TestMethod]
    public async Task LargeWrite_ThePipesStreamStandsStill_EndsWithTheLink()
    {
        using var still = new StandingStream();
        var pipe = new DuplexPipe(new Pipe().Reader, PipeWriter.Create(still));
        DuplexChannel<byte[], NoItem> channel = CrossChannel.Over<byte[], NoItem>(pipe);
        Task write = channel.Writer.WriteAsync(new byte[1 << 20]).AsTask();
        channel.Abort("the test is over");
        // Whatever the stream does: the call ends, and so does the disposal.
        await write.ContinueWith(static _ => { }, TaskScheduler.Default).Done();
        await channel.DisposeAsync().Done();
        await ((LinkChannel<byte[], NoItem>)channel).Closed.Done();
    }

    [TestMethod]
    public async Task OwnPipeIsCompleted_TheErrorNamesThisProcess()
    {
        var there = new Pipe();
        var back = new Pipe();
        // Before the greeting goes: a link that has nothing to write notices nothing.
        await back.Writer.CompleteAsync();
        await using DuplexChannel<int, int> channel = CrossChannel.Over<int, int>(new DuplexPipe(there.Reader, back.Writer));
        Task<int> read = channel.Reader.ReadAsync().AsTask();
        Task write = Task.Run(async () =>
        {
            for (int i = 0; i < 2000; i++)
                await channel.Writer.WriteAsync(i);
        });
        ChannelClosedException e = await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => read.Done());
        StringAssert.Contains(e.InnerException!.Message, "in this process");
        await Assert.ThrowsAsync<ChannelClosedException>(() => write.Done());
    }

    [TestMethod]
    public async Task TryWrite_UnboundedPairThatIsNotJoined_TakesItemsAtOnce()
    {
        var unbounded = new DuplexChannelOptions<NoItem, int> { Reading = new UnboundedChannelOptions() };
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>(secondOptions: unbounded);
        await using (here)
        await using (there)
        {
            for (int i = 0; i < 5000; i++)
                Assert.IsTrue(here.Writer.TryWrite(i), $"item {i}");
            for (int i = 0; i < 5000; i++)
                Assert.AreEqual(i, await there.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(8)]
    public async Task TryWrite_BoundedPairThatIsNotJoined_TakesItsCapacity(int capacity)
    {
        var bounded = new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(capacity) };
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>(secondOptions: bounded);
        await using (here)
        await using (there)
        {
            for (int i = 0; i < capacity; i++)
                Assert.IsTrue(here.Writer.TryWrite(i), $"item {i}");
            Assert.IsFalse(here.Writer.TryWrite(capacity));
            for (int i = 0; i < capacity; i++)
                Assert.AreEqual(i, await there.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task TryWrite_PairWithASmallWindow_NothingLeavesBeforeTheGreeting()
    {
        var small = new DuplexChannelOptions<NoItem, byte[]> { Reading = new UnboundedChannelOptions(), ReadItems = new() { MaxItemBytes = 500 }, Connection = new() { MaxUnreadBytes = 1000 } };
        (DuplexChannel<byte[], NoItem> here, DuplexChannel<NoItem, byte[]> there) = CrossChannel.CreatePair<byte[], NoItem>(secondOptions: small);
        await using (here)
        await using (there)
        {
            for (byte i = 0; i < 100; i++)
                Assert.IsTrue(here.Writer.TryWrite([i, .. new byte[60]]), $"item {i}");
            for (byte i = 0; i < 100; i++)
                Assert.AreEqual(i, (await there.Reader.ReadAsync().Done())[0]);
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Completion_AllowSynchronousContinuations_RunsOnTheThreadThatEndsTheChannel(bool allows)
    {
        string address = $"{nameof(ClosingTests)}-{Guid.NewGuid():N}";
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(
            address, new BoundedChannelOptions(4) { AllowSynchronousContinuations = allows });
        int seen = 0, completer = 0;
        Task done = channel.Reader.Completion.ContinueWith(
            _ => seen = Environment.CurrentManagedThreadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var thread = new Thread(() =>
        {
            completer = Environment.CurrentManagedThreadId;
            channel.Writer.Complete();
        });
        thread.Start();
        await done.Done();
        thread.Join();
        Assert.AreEqual(allows, seen == completer);
    }

    [TestMethod]
    public async Task Count_UnboundedWithASingleReader_IsNotKept()
    {
        var single = new UnboundedChannelOptions { SingleReader = true };
        await using SharedChannel<int> owner = await CrossChannel.CreateUnboundedAsync<int>($"{nameof(ClosingTests)}-{Guid.NewGuid():N}", single);
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>(secondOptions: new() { Reading = single });
        await using (here)
        await using (there)
        {
            foreach (ChannelReader<int> reader in (ChannelReader<int>[])[owner.Reader, there.Reader])
            {
                Assert.IsFalse(reader.CanCount);
                Assert.ThrowsExactly<NotSupportedException>(() => reader.Count);
                Assert.IsTrue(reader.CanPeek);
            }
        }
    }

    [TestMethod]
    public async Task Complete_TheErrorsMessageThrows_BothEndsHearThatItFailed()
    {
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>();
        await using (here)
        await using (there)
        {
            await here.Writer.WriteAsync(1).Done();
            here.Writer.Complete(new MuteException());
            Assert.AreEqual(1, await there.Reader.ReadAsync().Done());
            var e = await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => there.Reader.Completion.Done());
            StringAssert.Contains(e.Message, nameof(MuteException));
        }
    }

    [TestMethod]
    public async Task Complete_TheErrorsTextHasLinesAndControls_TheReaderGetsOneLine()
    {
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>();
        await using (here)
        await using (there)
        {
            await here.Writer.WriteAsync(1).Done();
            here.Writer.Complete(new InvalidOperationException("first\r\nsecond \u001b[31m" + new string('x', 3000)));
            Assert.AreEqual(1, await there.Reader.ReadAsync().Done());
            var e = await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => there.Reader.Completion.Done());
            Assert.IsFalse(e.Message.Any(char.IsControl), e.Message);
            Assert.IsLessThan(2000, e.Message.Length);
        }
    }

    [TestMethod]
    public async Task CloseReader_ItsReasonHasControls_TheWriterGetsOneLine()
    {
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>();
        await using (here)
        await using (there)
        {
            await here.Writer.WriteAsync(1).Done();
            await there.Reader.CloseAsync("no\r\nmore\u0007").AsTask().Done();
            var e = await Assert.ThrowsExactlyAsync<ReaderClosedException>(() => here.Writer.WaitToWriteAsync().AsTask().Done());
            Assert.IsFalse(e.Message.Any(char.IsControl), e.Message);
        }
    }

    private sealed class MuteException : Exception
    {
        public override string Message => throw new NotSupportedException("mute");
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>A stream of which no write ends, whatever is canceled or disposed.</summary>
    private sealed class StandingStream : Stream
    {
        private readonly TaskCompletionSource _never = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => _never.Task;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(_never.Task);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
