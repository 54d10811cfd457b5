namespace CrossChannels.Nats.Tests.Snippets;

/// <summary>What docs/nats.md shows.</summary>
internal static class NatsSnippets
{
    private sealed record Job(int Number, string Text);

    public static async Task UseAsync()
    {
        // snippet: nats-use
        await using NatsChannels nats = await NatsChannels.ConnectAsync("nats://127.0.0.1:4222", new NatsOptions { Space = "shop" });

        await using SharedChannel<Job> jobs = await nats.CreateBoundedAsync<Job>("jobs", 1000);         // or finds it
        await using CrossChannelWriter<Job> writer = await nats.OpenWriterAsync<Job>("jobs");
        await using CrossChannelReader<Job> reader = await nats.OpenReaderAsync<Job>("jobs");

        await using LeasedChannel<Job> work = await nats.CreateLeasedAsync<Job>(
            "work", 1000, new LeaseOptions { MaxDeliveries = 5, CapacityRelease = CapacityRelease.Settled });
        await using LeasedReader<Job> worker = await nats.OpenLeasedReaderAsync<Job>("work");

        await using CrossLock gate = await nats.OpenLockAsync("gate");                                  // made by the first
        ChannelStatus status = await nats.GetChannelStatusAsync("jobs");
        // end
        Console.WriteLine(status);
    }

    public static async Task UseAddressesAsync(string[] args)
    {
        // snippet: nats-addresses
        NatsEngine.Use(new NatsOptions { Space = "shop" }, "nats://127.0.0.1:4222");      // once, in Main

        string address = args[0];                       // "build#jobs" yesterday; "nats:jobs" or "nats://127.0.0.1:4222/shop#jobs" today
        await using CrossChannelWriter<Job> writer = await CrossChannel.OpenWriterAsync<Job>(address);
        // end
    }
}
