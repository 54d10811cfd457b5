using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Items, credit, completions and closes that are on their way at the same time are no fault of anybody.</summary>
[TestClass]
public sealed class HubCrossingTests
{
    [TestMethod]
    public async Task Writer_SendsBeforeItHasHeardOfTheEnd_ItsItemsStillCount()
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 8);
        await using RawPeer writer = await raw.ConnectWriterAsync<long>("longs");
        channel.Writer.Complete();
        await writer.ReadFrameAsync(FrameType.Ended);
        await writer.SendAsync(Wire.Longs(0, 7), Wire.Counter(FrameType.Want, 1), Wire.Counter(FrameType.WantWithdrawn, 1), Wire.Counter(FrameType.SendFinished, 1));
        Assert.AreEqual(7, await channel.Reader.ReadAsync().Done());
        await channel.Reader.Completion.Done();
        Assert.AreEqual(EndingKind.Completed, channel.Reader.Ending!.Kind);
        await writer.SendAsync(Wire.Counter(FrameType.Goodbye, 0));
        await writer.ReadFrameAsync(FrameType.Goodbye);
    }

    [TestMethod]
    public async Task Writer_WantsWhileCreditIsOnItsWay_NoFault()
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 2);
        await using RawPeer writer = await raw.ConnectWriterAsync<long>("longs");
        await writer.SendAsync(Wire.Longs(0, 1), Wire.Counter(FrameType.Want, 1), Wire.Counter(FrameType.WantWithdrawn, 1), Wire.Counter(FrameType.Want, 1));
        RawPeer.Frame credit = await writer.ReadFrameAsync(FrameType.Credit);
        Assert.IsGreaterThanOrEqualTo(2, BitConverter.ToInt64(credit.Body));
        await writer.SendAsync(Wire.Longs(1, 2), Wire.Complete(2));
        Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
        Assert.AreEqual(2, await channel.Reader.ReadAsync().Done());
        await channel.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task Reader_ReportsAndGrantsAfterTheEnd_NoFault()
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 8);
        await using RawPeer reader = await raw.ConnectReaderAsync<long>("longs", 1);
        await channel.Writer.WriteAsync(7).Done();
        await reader.ReadFrameAsync(FrameType.Items);
        channel.Writer.Complete();
        await reader.SendAsync(Wire.Counter(FrameType.Report, 1));
        await reader.ReadFrameAsync(FrameType.Complete);
        await channel.Reader.Completion.Done();
        await reader.SendAsync(Wire.Credit(5, 1L << 40), Wire.Counter(FrameType.Report, 1), Wire.Counter(FrameType.ReceiveFinished, 1), Wire.Counter(FrameType.Goodbye, 1));
        await reader.ReadFrameAsync(FrameType.Goodbye);
    }

    [TestMethod]
    public async Task EndsOfOneChannel_EndAtTheSameTime_NeverAViolation()
    {
        for (int round = 0; round < 150; round++)
        {
            var random = new Random(round);
            var log = new LogList();
            ChannelAddress address = $"mem:crossing-{round}-{Guid.NewGuid():N}";
            var link = new ConnectionOptions { Logger = log };
            var hub = new HubOptions { Connection = link, DrainTimeout = TimeSpan.Zero };
            SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>(address, 1 + random.Next(8), hub: hub).Done();
            CrossChannelWriter<long>[] writers = [await OpenWriterAsync(address, link), await OpenWriterAsync(address, link)];
            CrossChannelReader<long>[] readers =
            [
                await CrossChannel.OpenReaderAsync<long>(address, connection: link).Done(), await CrossChannel.OpenReaderAsync<long>(address, connection: link).Done(),
            ];
            Task[] acts =
            [
                .. writers.Select(writer => Act(writer, random.Next())), .. readers.Select(reader => Act(reader, random.Next())), Act(channel, random.Next()),
            ];
            foreach (Task act in acts)
                await act.Done($"an end of round {round}");
            await channel.DisposeAsync().Done();
            foreach (CrossChannelWriter<long> writer in writers)
                await writer.DisposeAsync().Done();
            foreach (CrossChannelReader<long> reader in readers)
                await reader.DisposeAsync().Done();
            Assert.IsFalse(log.Errors.Any(static e => e is ProtocolViolationException), $"Round {round}: {string.Join("; ", log.Errors)}");
        }
    }

    private static async Task<CrossChannelWriter<long>> OpenWriterAsync(ChannelAddress address, ConnectionOptions link) =>
        await CrossChannel.OpenWriterAsync<long>(address, connection: link).Done();

    private static Task Act(CrossChannelWriter<long> writer, int seed) => Task.Run(async () =>
    {
        var random = new Random(seed);
        for (int left = random.Next(20); left > 0; left--)
        {
            writer.TryWrite(left);
            await Task.Yield();
        }
        switch (random.Next(4))
        {
            case 0: writer.TryComplete(); break;
            case 1: writer.TryComplete(new InvalidOperationException("on purpose")); break;
            case 2: await writer.CloseAsync(); break;
            default: await writer.CloseAsync(TimeSpan.Zero); break;
        }
    });

    private static Task Act(CrossChannelReader<long> reader, int seed) => Task.Run(async () =>
    {
        var random = new Random(seed);
        for (int left = random.Next(20); left > 0; left--)
        {
            reader.TryRead(out _);
            await Task.Yield();
        }
        if (random.Next(3) > 0)
            await reader.CloseAsync("enough");
    });

    private static Task Act(SharedChannel<long> channel, int seed) => Task.Run(async () =>
    {
        var random = new Random(seed);
        for (int left = random.Next(20); left > 0; left--)
        {
            channel.Writer.TryWrite(left);
            channel.Reader.TryRead(out _);
            await Task.Yield();
        }
        switch (random.Next(4))
        {
            case 0: channel.Writer.TryComplete(); break;
            case 1: channel.Abort("on purpose"); break;
            case 2: await channel.DisposeAsync(); break;
        }
    });
}
