namespace CrossChannels.Tests.Channels;

/// <summary><see cref="CrossChannelWriter{T}.Ended"/>, at every kind of writer.</summary>
[TestClass]
public sealed class EndedTests
{
    private readonly string _address = $"mem:ended-{Guid.NewGuid():N}";

    [TestMethod]
    public async Task RemoteWriter_OwnerLeaves_CompletesWithThat()
    {
        SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(_address, 10).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(_address).Done();
        Task<Ending> ended = writer.Ended;
        Assert.IsFalse(ended.IsCompleted);
        await owner.DisposeAsync();
        Ending ending = await ended.Done();
        Assert.AreEqual(EndingKind.OwnerLeft, ending.Kind);
        Assert.AreEqual(writer.Ending, ending);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task OwnersWriter_ChannelIsCompleted_Completes(bool isPrioritized)
    {
        await using SharedChannel<int> owner = isPrioritized
            ? await CrossChannel.CreateUnboundedPrioritizedAsync<int>(_address).Done()
            : await CrossChannel.CreateBoundedAsync<int>(_address, 10).Done();
        Task<Ending> ended = owner.Writer.Ended;
        Assert.IsFalse(ended.IsCompleted);
        owner.Writer.Complete();
        Assert.AreEqual(EndingKind.Completed, (await ended.Done()).Kind);
        Assert.AreEqual(EndingKind.Completed, (await owner.Writer.Ended.Done()).Kind);
    }

    [TestMethod]
    public async Task Pair_ReaderCloses_Completes_AlsoWhenAskedLate()
    {
        var (here, there) = CrossChannel.CreatePair<int, NoItem>();
        await using (here)
        await using (there)
        {
            await here.Writer.WriteAsync(1).Done();
            Task<Ending> early = here.Writer.Ended;
            await there.Reader.CloseAsync().Done();
            Assert.AreEqual(EndingKind.ReaderClosed, (await early.Done()).Kind);
            Assert.AreEqual(EndingKind.ReaderClosed, (await here.Writer.Ended.Done()).Kind);
        }
    }
}
