namespace CrossChannels.Tests.Snippets;

/// <summary>Runs the snippets that need nothing but this process.</summary>
[TestClass]
public sealed class SnippetRunTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [TestMethod]
    public async Task Pair_Answers() => Assert.AreEqual(new Reply(5), await ReadmeSnippets.PairAsync().WaitAsync(s_deadline));

    [TestMethod]
    public async Task CustomSerializer_RoundTrips() =>
        Assert.AreEqual(new Point(1, -2), await ReadmeSnippets.CustomSerializerAsync().WaitAsync(s_deadline));

    [TestMethod]
    public async Task PooledBytes_HaveTheirLength()
    {
        Assert.AreEqual(3, await ReadmeSnippets.PooledBytesAsync().WaitAsync(s_deadline));
        Assert.AreEqual(3, await ReadmeSnippets.OwnedBytesAsync().WaitAsync(s_deadline));
    }

    [TestMethod]
    public async Task Batches_ArriveWhole()
    {
        var (near, far) = CrossChannel.CreatePair<long, NoItem>();
        await using (near)
        await using (far)
            Assert.AreEqual(15, await ReadmeSnippets.BatchesAsync(near.Writer, far.Reader).WaitAsync(s_deadline));
    }

    [TestMethod]
    public async Task Timeouts_NothingIsLeftBehind()
    {
        var (near, far) = CrossChannel.CreatePair<Job, NoItem>();
        await using (near)
        await using (far)
            Assert.IsFalse(await ReadmeSnippets.TimeoutsAsync(near.Writer, far.Reader).WaitAsync(s_deadline));
    }

    [TestMethod]
    public async Task Leave_NothingIsUnreceived()
    {
        var (near, far) = CrossChannel.CreatePair<Job, NoItem>();
        await using (near)
        await using (far)
        {
            Task<string> reading = CompletionSnippets.WhyAsync(far.Reader);
            Assert.AreEqual(0, await ReadmeSnippets.LeaveAsync(near.Writer).WaitAsync(s_deadline));
            Assert.AreEqual("complete", await reading.WaitAsync(s_deadline));
        }
    }

    [TestMethod]
    public async Task WriterFails_ReaderSeesIt()
    {
        var (near, far) = CrossChannel.CreatePair<Job, NoItem>();
        await using (near)
        await using (far)
        {
            Task<string> reading = CompletionSnippets.WhyAsync(far.Reader);
            await Assert.ThrowsExactlyAsync<FormatException>(() => CompletionSnippets.WriteAllAsync(near.Writer, Failing()));
            Assert.AreEqual("the writer failed: System.FormatException: bad input", await reading.WaitAsync(s_deadline));
        }

        static IEnumerable<Job> Failing()
        {
            yield return new Job(1, "good");
            throw new FormatException("bad input");
        }
    }

    [TestMethod]
    public async Task WriterLeaves_ReaderSeesIt()
    {
        var (near, far) = CrossChannel.CreatePair<Job, NoItem>();
        await using (far)
        {
            Task<string> reading = CompletionSnippets.WhyAsync(far.Reader);
            await near.Writer.WriteAsync(new Job(1, "a"));
            await near.DisposeAsync();
            StringAssert.StartsWith(await reading.WaitAsync(s_deadline), "the writer left");
        }
    }

    [TestMethod]
    public async Task ReaderCloses_WriterSeesTheReason()
    {
        var (near, far) = CrossChannel.CreatePair<Job, NoItem>();
        await using (near)
        await using (far)
        {
            await far.Reader.CloseAsync("enough");
            Assert.AreEqual("enough", await CompletionSnippets.ReaderGoneAsync(near.Writer, new Job(1, "a")).WaitAsync(s_deadline));
        }
    }

    [TestMethod]
    public async Task Close_TellsThatAllWasReceived()
    {
        var (near, far) = CrossChannel.CreatePair<Job, NoItem>();
        await using (near)
        await using (far)
        {
            await near.Writer.WriteAsync(new Job(1, "a"));
            Assert.IsTrue(await CompletionSnippets.CloseAsync(near.Writer).WaitAsync(s_deadline));
        }
    }
}
