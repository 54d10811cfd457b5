using NATS.Client.Core;

namespace CrossChannels.Nats.Tests;

/// <summary>What a way to the server that carries nothing for a while, or breaks, means for ends that live.</summary>
[TestClass]
public sealed class ProxyTests
{
    /// <summary>With more on the way than buffers hold, so that the client itself waits, and for longer than it would by itself.</summary>
    [TestMethod]
    public async Task HeldUp_BuffersAreFull_EndsWaitAndGoOn()
    {
        const int Total = 64, Large = 500_000;
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        NatsOptions options = new()
        {
            Space = SharedServer.NewSpace(),
            Storage = NatsStorage.Memory,
            Client = NatsOpts.Default with { CommandTimeout = TimeSpan.FromMilliseconds(20) },
        };
        await using NatsChannels nats = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using SharedChannel<byte[]> owner = await nats.CreateUnboundedAsync<byte[]>("full").Done();
        await using CrossChannelReader<byte[]> reader = await nats.OpenReaderAsync<byte[]>("full").Done();
        proxy.Items.FromServer.Hold();
        // The first is not answered yet, so that the others gather, and what is sent at once grows with each round of them.
        for (int i = 0; i < Total; i++)
            Assert.IsTrue(owner.Writer.TryWrite([]));
        for (int i = 0; i < Total; i++)
            Assert.IsTrue(owner.Writer.TryWrite(new byte[Large]));
        proxy.Items.FromClient.Hold(after: Large);
        proxy.Items.FromServer.Release();
        await Wait.Until(() => proxy.Items.FromClient.OnTheWay > 0, "a large item");
        Task flush = owner.Writer.FlushAsync().AsTask();
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => flush.WaitAsync(TimeSpan.FromMilliseconds(500)));
        proxy.Items.FromClient.Release();
        await flush.Done();
        for (int i = 0; i < Total; i++)
            Assert.IsEmpty(await reader.ReadAsync().Done());
        for (int i = 0; i < Total; i++)
            Assert.HasCount(Large, await reader.ReadAsync().Done());
    }
}
