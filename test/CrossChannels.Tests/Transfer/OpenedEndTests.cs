namespace CrossChannels.Tests.Ends;

/// <summary>An end that was opened moves: it leaves in good order, and every later use of it throws and says to whom it went.</summary>
[TestClass]
public sealed class OpenedEndTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Reader_WhatItHadNotRead_IsReadByTheChild()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(channel.Address).Done();
        for (int i = 1; i <= 50; i++)
            await channel.Writer.WriteAsync(i).Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        Assert.AreEqual(2, await reader.ReadAsync().Done());
        string ticket = await EndTickets.GiveTextAsync(reader);
        channel.Writer.Complete();
        await using ChildProcess child = ChildProcess.Start("open-end", "reader", ticket, "sum");
        Assert.AreEqual($"{(50 * 51 / 2) - 1 - 2}", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task Reader_ACallerWaits_ItsWaitThrowsByName()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(channel.Address).Done();
        Task<int> read = reader.ReadAsync().AsTask();
        Task<bool> wait = reader.WaitToReadAsync().AsTask();
        await reader.TransferAsync("Alice").Done();
        await EndTickets.AssertMovedAsync(() => read.Done());
        await EndTickets.AssertMovedAsync(() => wait.Done());
    }

    [TestMethod]
    public async Task Reader_EveryUseThrowsByName()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(channel.Address).Done();
        await reader.TransferAsync("Alice").Done();
        string name = $"The reader of {channel.Address}";
        await EndTickets.AssertMovedAsync(() => Task.FromResult(reader.TryRead(out _)), name);
        await EndTickets.AssertMovedAsync(() => Task.FromResult(reader.TryPeek(out _)), name);
        await EndTickets.AssertMovedAsync(() => reader.ReadAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => reader.WaitToReadAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => Task.FromResult(reader.TryReadMany(new int[2])), name);
        await EndTickets.AssertMovedAsync(() => reader.ReadManyAsync(new int[2]).Done(), name);
        await EndTickets.AssertMovedAsync(() => reader.Completion.Done(), name);
        await EndTickets.AssertMovedAsync(() => reader.TransferAsync("Bob").Done(), name);
        Assert.AreEqual(EndingKind.ReaderClosed, reader.Ending!.Kind);
        await reader.CloseAsync().Done();
    }

    [TestMethod]
    [DataRow("fixed")]
    [DataRow("text")]
    public async Task Writer_WhatItHadAcceptedArrives_EveryUseThrowsByName(string items)
    {
        if (items == "fixed")
            await AssertWriterMovesAsync(1, 2);
        else
            await AssertWriterMovesAsync("one", "two");
    }

    [TestMethod]
    public async Task Writer_ChildGoesOnWhereItWas()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(channel.Address).Done();
        await writer.WriteAsync(0).Done();
        await using ChildProcess child = ChildProcess.Start("open-end", "writer", await EndTickets.GiveTextAsync(writer), "complete");
        CollectionAssert.AreEqual((int[])[0, 1, 2, 3, 4], await ChannelCore.ReadAllAsync(channel.Reader).Done());
        Assert.AreEqual("written", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task LeasedReader_WhatIsNotSettledGoesBack_EveryUseThrowsByName()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(NewAddress(), 100).Done();
        await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(channel.Address).Done();
        for (int i = 1; i <= 4; i++)
            await channel.Writer.WriteAsync(i).Done();
        await (await reader.ReadAsync().Done()).CompleteAsync().Done();
        Lease<int> open = await reader.ReadAsync().Done();
        string ticket = await EndTickets.GiveTextAsync(reader);
        string name = $"The reader of leases of {channel.Address}";
        await EndTickets.AssertMovedAsync(() => Task.FromResult(reader.TryRead(out _)), name);
        await EndTickets.AssertMovedAsync(() => reader.ReadAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => reader.WaitToReadAsync().Done(), name);
        await EndTickets.AssertMovedAsync(
            () =>
            {
                reader.TaskDone();
                return Task.CompletedTask;
            },
            name);
        await EndTickets.AssertMovedAsync(() => open.CompleteAsync().Done(), name);
        channel.Writer.Complete();
        await using ChildProcess child = ChildProcess.Start("open-end", "leased-reader", ticket, "sum");
        Assert.AreEqual("9", await child.ReadLineAsync());
    }

    [TestMethod]
    public async Task EndThatIsOver_IsRefused()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(channel.Address).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(channel.Address).Done();
        await reader.CloseAsync().Done();
        await EndTickets.AssertRefusedAsync(reader, "The reader of", "is over (ReaderClosed)");
        writer.Complete();
        await EndTickets.AssertRefusedAsync(writer, "The writer of", "is over (Completed)", "Give it before it ends");
    }

    [TestMethod]
    public async Task OpenedFromATicket_MovesOn()
    {
        await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(NewAddress(), 100).Done();
        await using CrossChannelWriter<int> opened = await CrossChannelWriter<int>.OpenAsync(await EndTickets.PassAsync(channel.Writer)).Done();
        await using CrossChannelWriter<int> next = await CrossChannelWriter<int>.OpenAsync(await EndTickets.PassAsync(opened)).Done();
        await next.WriteAsync(1).Done();
        Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
        await EndTickets.AssertMovedAsync(() => opened.WriteAsync(2).Done());
    }

    private async Task AssertWriterMovesAsync<T>(T first, T second)
    {
        await using SharedChannel<T> channel = await CrossChannel.CreateBoundedAsync<T>(NewAddress(), 100).Done();
        await using CrossChannelWriter<T> writer = await CrossChannel.OpenWriterAsync<T>(channel.Address).Done();
        await writer.WriteAsync(first).Done();
        await writer.WriteAsync(second).Done();
        await writer.TransferAsync("Alice").Done();
        Assert.AreEqual(first, await channel.Reader.ReadAsync().Done());
        Assert.AreEqual(second, await channel.Reader.ReadAsync().Done());
        string name = $"The writer of {channel.Address}";
        await EndTickets.AssertMovedAsync(() => Task.FromResult(writer.TryWrite(first)), name);
        await EndTickets.AssertMovedAsync(() => writer.WriteAsync(first).Done(), name);
        await EndTickets.AssertMovedAsync(() => writer.WaitToWriteAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => Task.FromResult(writer.TryWriteMany([first])), name);
        await EndTickets.AssertMovedAsync(() => writer.WriteManyAsync(new[] { first }).Done(), name);
        await EndTickets.AssertMovedAsync(() => writer.FlushAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => writer.JoinAsync().Done(), name);
        await EndTickets.AssertMovedAsync(() => Task.FromResult(writer.TryComplete()), name);
        await EndTickets.AssertMovedAsync(() => writer.TransferAsync("Bob").Done(), name);
        Assert.AreEqual(EndingKind.WriterLeft, writer.Ending!.Kind);
        Assert.AreEqual(0, await writer.CloseAsync().Done());
        Assert.IsTrue(channel.Writer.TryWrite(first));
    }

    private ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);
}
