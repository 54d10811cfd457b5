using System.Threading.Channels;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Disposal of hub, channel and ends at any moment, more than once, from several threads.</summary>
[TestClass]
public sealed class HubDisposalTests
{
    [TestMethod]
    public async Task Dispose_AtAnyMomentOfAllTwice_OnlyDocumentedErrorsAndAllEnds()
    {
        for (int round = 0; round < 120; round++)
        {
            var random = new Random(round);
            ChannelAddress address = $"mem:dispose-{round}-{Guid.NewGuid():N}";
            ChannelHub hub = await ChannelHub.StartAsync(address, new HubOptions { DrainTimeout = TimeSpan.FromMilliseconds(random.Next(3)) }).Done();
            SharedChannel<long> channel = hub.CreateBounded<long>("c", 1 + random.Next(4));
            CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(address.WithChannel("c")).Done();
            CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(address.WithChannel("c")).Done();
            Task[] users =
            [
                UntilTheEnd(async () => await channel.Writer.WriteAsync(1)), UntilTheEnd(async () => await writer.WriteAsync(2)),
                UntilTheEnd(async () => await channel.Reader.ReadAsync()), UntilTheEnd(async () => await reader.ReadAsync()),
                UntilTheEnd(async () =>
                {
                    await writer.FlushAsync();
                    await channel.Writer.JoinAsync();
                    if (!await writer.WaitToWriteAsync() || !await channel.Writer.WaitToWriteAsync())
                        throw new ChannelClosedException();
                }),
            ];
            for (int spins = random.Next(200); spins > 0; spins--)
                await Task.Yield();
            int first = random.Next(6);
            Task[] disposals = [.. Enumerable.Range(0, 5).Select(i =>
            {
                int what = (first + (random.Next(2) * i)) % 6;
                return Task.Run(() => DisposeAsync(hub, channel, writer, reader, what));
            })];
            await Task.WhenAll(disposals).Done($"disposals of round {round}");
            for (int what = 0; what < 6; what++)
                await DisposeAsync(hub, channel, writer, reader, what).Done($"disposal {what} of round {round}, once more");
            await Task.WhenAll(users).Done($"calls of round {round}");
            await Task.WhenAny(channel.Reader.Completion).Done();
            Assert.IsNotNull(channel.Reader.Ending);
            Assert.IsNotNull(channel.Writer.Ending);
            Assert.IsNotNull(writer.Ending);
        }
    }

    [TestMethod]
    public async Task Dispose_SecondCallWaitsForTheFirst_AndTheAddressIsFree()
    {
        ChannelAddress address = $"mem:twice-{Guid.NewGuid():N}";
        ChannelHub hub = await ChannelHub.StartAsync(address).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 4);
        await channel.Writer.WriteAsync(1).Done();
        CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(address.WithChannel("c")).Done();
        Task<long> first = hub.ShutDownAsync(TimeSpan.FromSeconds(20));
        Task<long> second = hub.ShutDownAsync(TimeSpan.Zero);
        Assert.IsFalse(second.IsCompleted, "An item is left to read.");
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.WaitToReadAsync().Done());
        Assert.AreEqual(0, await first.Done());
        Assert.AreEqual(0, await second.Done());
        await using ChannelHub next = await ChannelHub.StartAsync(address).Done();
    }

    private static async Task DisposeAsync(ChannelHub hub, SharedChannel<long> channel, CrossChannelWriter<long> writer, CrossChannelReader<long> reader, int what)
    {
        switch (what)
        {
            case 0: await hub.DisposeAsync(); break;
            case 1: await channel.DisposeAsync(); break;
            case 2: await writer.DisposeAsync(); break;
            case 3: await reader.DisposeAsync(); break;
#pragma warning disable VSTHRD103 // That is what is tested.
            case 4: channel.Dispose(); hub.Dispose(); break;
            default: writer.Dispose(); reader.Dispose(); channel.Abort("on purpose"); break;
#pragma warning restore VSTHRD103
        }
    }

    private static Task UntilTheEnd(Func<Task> call) => Task.Run(async () =>
    {
        try
        {
            while (true)
                await call();
        }
        catch (Exception e) when (e is CrossChannelException or ChannelClosedException)
        {
            // Documented.
        }
    });
}
