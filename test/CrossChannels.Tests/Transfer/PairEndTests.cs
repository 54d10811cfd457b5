using CrossChannels.Channels;
using CrossChannels.Tests.Channels;

namespace CrossChannels.Tests.Ends;

/// <summary>An end of a pair moves to another process, or each end to one.</summary>
[TestClass]
public sealed class PairEndTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task OneEnd_EitherOne_GoesToAChildThatEchoes(bool givesFirst)
    {
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>();
        await using DuplexChannel<int, int> kept = givesFirst ? second : first;
        await using DuplexChannel<int, int> given = givesFirst ? first : second;
        TransferTicket ticket = await EndTickets.PassAsync(given);
        Assert.IsTrue(File.Exists(PathOf(ticket)));
        await using ChildProcess child = ChildProcess.Start("open-end", "duplex", EndTickets.Text(ticket), "echo");
        await ChildProcessContract.AssertEchoesAsync(kept);
        Assert.AreEqual(child.Id, kept.Peer!.ProcessId);
        Assert.AreEqual(0, await child.WaitForExitAsync());
        Assert.IsFalse(File.Exists(PathOf(ticket)));
    }

    [TestMethod]
    public async Task BothEnds_FirstIsAtWorkBeforeTheSecondIsGiven_TheChildrenTalk()
    {
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>();
        TransferTicket ticket = await EndTickets.PassAsync(first);
        await using ChildProcess writer = ChildProcess.Start("open-end", "duplex", EndTickets.Text(ticket), "write");
        await using ChildProcess reader = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(second), "sum");
        Assert.AreEqual("10", await reader.ReadLineAsync());
        Assert.AreEqual(0, await writer.WaitForExitAsync());
        Assert.AreEqual(0, await reader.FinishAsync());
        await EndTickets.AssertMovedAsync(() => first.Reader.ReadAsync().Done(), "The first end of a pair");
        await EndTickets.AssertMovedAsync(() => second.Reader.ReadAsync().Done(), "The second end of a pair");
        Assert.IsFalse(File.Exists(PathOf(ticket)));
    }

    [TestMethod]
    public async Task BothEnds_TheSecondIsGivenWhileAConnectionIsHeld_TheFirstFindsIt()
    {
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>(
            null, new() { Connection = new() { TimeProvider = new ManualTimeProvider() } });
        TransferTicket ticket = await EndTickets.PassAsync(first);
        string path = PathOf(ticket);
        await using DuplexChannel<int, int> one = await DuplexChannel<int, int>.OpenAsync(ticket).Done();
        // The endpoint goes when the connection is taken; the clock stands, so that it is held until the other end is given.
        await Wait.Until(() => !File.Exists(path));
        await using DuplexChannel<int, int> two = await DuplexChannel<int, int>.OpenAsync(await EndTickets.PassAsync(second)).Done();
        await one.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await two.Reader.ReadAsync().Done());
        await two.Writer.WriteAsync(2).Done();
        Assert.AreEqual(2, await one.Reader.ReadAsync().Done());
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public async Task ReceiverWritesBeforeTheKeptEndIsUsed_ItsItemsArrive()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using ChildProcess child = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(given), "write");
        Assert.AreEqual(0, await child.WaitForExitAsync());
        await using (kept)
            CollectionAssert.AreEqual((int[])[1, 2, 3, 4], await ChannelCore.ReadAllAsync(kept.Reader).Done());
    }

    [TestMethod]
    public async Task ReceiverCompletesAndReturnsFromMain_IsComplete()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using ChildProcess child = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(given), "complete-and-return");
        await using (kept)
        {
            await kept.Reader.Completion.Done();
            Assert.AreEqual(0, await child.WaitForExitAsync());
        }
    }

    [TestMethod]
    public async Task MovedEnd_EveryUseThrowsByName()
    {
        (DuplexChannel<int, string> first, DuplexChannel<string, int> second) = CrossChannel.CreatePair<int, string>();
        await using DuplexChannel<string, int> kept = second;
        TransferTicket ticket = await first.TransferAsync("Alice").Done();
        const string name = "The first end of a pair, DuplexChannel<System.Int32, System.String>,";
        await EndTickets.AssertMovedAsync(() => Task.FromResult(first.Writer.TryWrite(1)), name);
        await EndTickets.AssertMovedAsync(() => first.Writer.WriteAsync(1).Done(), name);
        await EndTickets.AssertMovedAsync(() => first.Writer.WaitToWriteAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => first.Writer.FlushAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => Task.FromResult(first.Writer.TryComplete()), name);
        await EndTickets.AssertMovedAsync(() => Task.FromResult(first.Reader.TryRead(out _)), name);
        await EndTickets.AssertMovedAsync(() => first.Reader.ReadAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => first.Reader.Completion.Done(), name);
        await EndTickets.AssertMovedAsync(() => first.WaitForPeerAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => first.TransferAsync("Bob").Done(), name);
        await first.DisposeAsync().Done();
        first.Abort();
        ticket.Withdraw();
    }

    [TestMethod]
    public async Task UsedEnd_IsRefusedByName()
    {
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>();
        await using (first)
        await using (second)
        {
            await first.Writer.WriteAsync(1).Done();
            await EndTickets.AssertRefusedAsync(first, "The first end of a pair", "was used in this process already", "Bob");
            await EndTickets.AssertRefusedAsync(second, "The second end of a pair", "was used in this process already");
            await EndTickets.AssertRefusedAsync(first.Reader, "one half of an end", "Give the whole end");
            Assert.AreEqual(1, await second.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task KeptEndIsUsed_ItIsNotGivenAnyMore()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using (kept)
        {
            TransferTicket ticket = await given.TransferAsync("Alice").Done();
            ValueTask<int> read = kept.Reader.ReadAsync();
            await EndTickets.AssertRefusedAsync(kept, "was used in this process, or has been joined", "which Alice got", "Give both ends before either is used");
            await using DuplexChannel<int, int> opened = await DuplexChannel<int, int>.OpenAsync(TransferTicket.FromBytes(ticket.ToBytes())).Done();
            await opened.Writer.WriteAsync(3).Done();
            Assert.AreEqual(3, await read.Done());
            await EndTickets.AssertRefusedAsync(opened, "was given to this process");
        }
    }

    [TestMethod]
    public async Task ConnectedEnd_IsRefusedWithAdvice()
    {
        ChannelAddress address = ChannelAddress.Local($"ends-{Guid.NewGuid():N}");
        await using DuplexChannelListener<int, int> listener = await CrossChannel.ListenAsync<int, int>(address).Done();
        await using DuplexChannel<int, int> connected = await CrossChannel.ConnectAsync<int, int>(address).Done();
        await using DuplexChannel<int, int> accepted = await listener.AcceptAsync().Done();
        foreach (object end in (object[])[connected, accepted, connected.Reader, accepted.Writer])
            await EndTickets.AssertRefusedAsync(end, "ConnectAsync, ListenAsync or Over", "Give the address as a string", "CreatePair");
    }

    [TestMethod]
    public async Task Withdrawn_TheWaitingEndEndsWithTheCause()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>(
            secondOptions: new() { Reading = new System.Threading.Channels.BoundedChannelOptions(1) });
        await using (kept)
        {
            TransferTicket ticket = await given.TransferAsync("Alice").Done();
            Task<int> read = kept.Reader.ReadAsync().AsTask();
            // The first is accepted, the second waits for room.
            await kept.Writer.WriteAsync(0).Done();
            Task write = kept.Writer.WriteAsync(1).AsTask();
            var cause = new ConnectionLostException("Alice did not start.", exitCode: 3);
            ticket.Withdraw(cause);
            Assert.AreEqual("Alice did not start.", (await Assert.ThrowsAsync<InvalidOperationException>(() => read.Done())).InnerException!.Message);
            await Assert.ThrowsAsync<InvalidOperationException>(() => write.Done());
            Assert.AreEqual(3, kept.Reader.Ending!.ExitCode);
            Assert.AreEqual(EndingKind.ConnectionLost, kept.Writer.Ending!.Kind);
            ticket.Withdraw();
            await Wait.Until(() => !File.Exists(PathOf(ticket)));
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task BothGiven_OneIsWithdrawn_TheOtherLearnsWhy(bool firstIsWithdrawn)
    {
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>();
        TransferTicket one = await first.TransferAsync("Alice").Done();
        TransferTicket two = await second.TransferAsync("Alice").Done();
        await using ChildProcess child = ChildProcess.Start("open-end", "duplex", EndTickets.Text(firstIsWithdrawn ? two : one), "sum");
        (firstIsWithdrawn ? one : two).Withdraw(new IOException("Bob did not start."));
        string said = await child.ReadLineAsync();
        StringAssert.Contains(said, nameof(LinkAbortedException));
        StringAssert.Contains(said, "Bob did not start.");
    }

    [TestMethod]
    public async Task ReceiverNeverComes_TheWaitingEndTimesOut()
    {
        var clock = new ManualTimeProvider();
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>(new() { Connection = new() { TimeProvider = clock } });
        TransferTicket ticket = await given.TransferAsync("Alice").Done();
        Task<int> read = kept.Reader.ReadAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(61));
        Exception e = (await Assert.ThrowsAsync<InvalidOperationException>(() => read.Done())).InnerException!;
        StringAssert.Contains(Assert.IsInstanceOfType<LinkTimeoutException>(e).Message, "waited 60 s for Alice");
        Assert.IsFalse(File.Exists(PathOf(ticket)));
    }

    [TestMethod]
    public async Task KeptEndIsClosedBeforeTheReceiverComes_ItLearnsIt()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>(new() { Connection = new() { CloseTimeout = TimeSpan.Zero } });
        TransferTicket ticket = await EndTickets.PassAsync(given);
        await kept.DisposeAsync().Done();
        await ((LinkChannel<int, int>)kept).Closed.Done();
        await using DuplexChannel<int, int> opened = await DuplexChannel<int, int>.OpenAsync(ticket).Done();
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => opened.Reader.Completion.Done());
        StringAssert.Contains(e.Message, "The other end of the pair was closed before Alice opened this one.");
    }

    [TestMethod]
    public async Task KeptEndIsAbortedBeforeTheReceiverComes_ItLearnsThatToo()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        TransferTicket ticket = await EndTickets.PassAsync(given);
        kept.Abort("enough");
        await using DuplexChannel<int, int> opened = await DuplexChannel<int, int>.OpenAsync(ticket).Done();
        CrossChannelException e = await Assert.ThrowsAsync<CrossChannelException>(() => opened.Reader.Completion.Done());
        // Last words have a second to be heard; after that the end is closed.
        Assert.IsTrue(e.Message.Contains("enough", StringComparison.Ordinal) || e.Message.Contains("was closed before", StringComparison.Ordinal), e.Message);
    }

    [TestMethod]
    public async Task StrangerConnects_IsTurnedAway_TheReceiverStillComes()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using (kept)
        {
            TransferTicket ticket = await EndTickets.PassAsync(given);
            await Assert.ThrowsAsync<CrossChannelException>(
                () => CrossChannel.ConnectAsync<int, int>(ticket.Content.Address, new() { Connection = new() { ConnectTimeout = TimeSpan.Zero } }).Done());
            await using DuplexChannel<int, int> opened = await DuplexChannel<int, int>.OpenAsync(ticket).Done();
            await opened.Writer.WriteAsync(3).Done();
            Assert.AreEqual(3, await kept.Reader.ReadAsync().Done());
        }
    }

    [TestMethod]
    public async Task ChildWithAnEndIsKilled_TheKeptEndIsLost()
    {
        (DuplexChannel<int, int> kept, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        await using (kept)
        {
            await using ChildProcess child = ChildProcess.Start("open-end", "duplex", await EndTickets.GiveTextAsync(given), "hang");
            Task<int> read = kept.Reader.ReadAsync().AsTask();
            Assert.AreEqual("met", await child.ReadLineAsync());
            await child.KillAsync();
            Exception e = (await Assert.ThrowsAsync<InvalidOperationException>(() => read.Done())).InnerException!;
            StringAssert.Contains(Assert.IsInstanceOfType<ConnectionLostException>(e).Message, $"process {child.Id}");
        }
    }

    [TestMethod]
    public async Task UnusedPair_IsDisposed_NothingIsLeft()
    {
        (DuplexChannel<int, int> first, DuplexChannel<int, int> second) = CrossChannel.CreatePair<int, int>();
        // The one that is looked at goes first, or the other's end might come before its own.
        await Task.WhenAll(second.DisposeAsync().AsTask(), first.DisposeAsync().AsTask()).Done();
        Assert.AreEqual(EndingKind.WriterLeft, second.Writer.Ending!.Kind);
    }

    /// <summary>The file of the endpoint at which the two ends meet.</summary>
    private static string PathOf(TransferTicket ticket) => ChannelAddress.Parse(ticket.Content.Address).Path!;
}
