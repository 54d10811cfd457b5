using System.Runtime.Versioning;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Joins of remote writers whose items a hub still takes from their lanes.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class HubLaneJoinTests
{
    /// <summary>The last of what is joined may come while the hub takes note of what a reader has read.</summary>
    [TestMethod]
    public async Task WritersJoin_WhileRemoteReadersRead_TheyEndOnceAllAreRead()
    {
        const int Items = 20_000, Ends = 3;
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(ChannelAddress.SharedMemory(TransportTest.UniqueName()), 65_536).Done();
        var writers = new CrossChannelWriter<long>[Ends];
        var reading = new Task[Ends];
        for (int i = 0; i < Ends; i++)
        {
            writers[i] = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
            CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(owner.Address).Done();
            reading[i] = Task.Run(async () =>
            {
                await foreach (long _ in reader.ReadAllAsync())
                {
                    // Only that it was read matters.
                }
                await reader.DisposeAsync();
            });
        }
        await Task.WhenAll(writers.Select(writer => Task.Run(async () =>
        {
            for (int round = 0; round < 10; round++)
            {
                for (int item = 0; item < Items; item++)
                    await writer.WriteAsync(item);
                await writer.JoinAsync();
            }
        }))).Done();
        owner.Writer.Complete();
        await Task.WhenAll(reading).Done();
        foreach (CrossChannelWriter<long> writer in writers)
            await writer.DisposeAsync();
    }
}
