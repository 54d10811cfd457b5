namespace CrossChannels.Tests.Snippets;

/// <summary>Runs the snippets of shared channels that take an address.</summary>
[TestClass]
public sealed class HubSnippetRunTests
{
    private readonly string _address = $"mem:snippets-{Guid.NewGuid():N}";

    [TestMethod]
    public async Task Leased_WhatFailsFiveTimesIsADeadLetter()
    {
        var done = new List<int>();
        int failures = 0;
        Task<List<Job>> owner = HubSnippets.OwnLeasedAsync(_address, [new Job(1, "good"), new Job(2, "bad"), new Job(3, "good")]);

        // A reader that fails leaves, with its lease unsettled, and comes again while there is something left for it.
        Task reader = Task.Run(async () =>
        {
            while (failures < 5 || done.Count < 2)
            {
                try
                {
                    await HubSnippets.LeaseAsync(_address, DoAsync);
                    return;
                }
                catch (FormatException)
                {
                    failures++;
                }
            }
        });

        List<Job> failed = await owner.Done();
        Assert.AreEqual(new Job(2, "bad"), failed.Single());
        await reader.Done();
        CollectionAssert.AreEquivalent((List<int>)[1, 3], done);
        Assert.AreEqual(5, failures);

        Task DoAsync(Job job)
        {
            if (job.Text == "bad")
                throw new FormatException("bad job");
            done.Add(job.Id);
            return Task.CompletedTask;
        }
    }

    [TestMethod]
    public async Task Forward_ResultsAreThereBeforeRequestsAreSettled()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(_address).Done();
        LeasedChannel<Request> requests = hub.CreateLeased<Request>("requests", 10);
        SharedChannel<Reply> replies = hub.CreateBounded<Reply>("replies", 10);
        await using LeasedReader<Request> reader = await CrossChannel.OpenLeasedReaderAsync<Request>($"{_address}#requests").Done();
        await using CrossChannelWriter<Reply> writer = await CrossChannel.OpenWriterAsync<Reply>($"{_address}#replies").Done();
        Task forwarding = HubSnippets.ForwardAsync(reader, writer);

        await requests.Writer.WriteAsync(new Request(2, 3)).Done();
        requests.Writer.Complete();
        await requests.Writer.JoinAsync().Done();

        Assert.IsTrue(replies.Reader.TryRead(out Reply? reply));
        Assert.AreEqual(new Reply(5), reply);
        await forwarding.Done();
    }
}
