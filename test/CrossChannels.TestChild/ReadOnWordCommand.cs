using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Opens a reader of longs, leased or not, and takes one each time the test says so; leases stay open until it is told to settle them.</summary>
internal static class ReadOnWordCommand
{
    public static async Task<int> RunAsync(string address, bool isLeased)
    {
        LeasedReader<long>? leased = isLeased ? await CrossChannel.OpenLeasedReaderAsync<long>(address) : null;
        CrossChannelReader<long>? plain = isLeased ? null : await CrossChannel.OpenReaderAsync<long>(address);
        var open = new List<Lease<long>>();
        await TestChildProgram.SayAsync("open");
        while (await Console.In.ReadLineAsync() is { } word)
        {
            try
            {
                switch (word)
                {
                    case "read" when leased is not null:
                        open.Add(await leased.ReadAsync());
                        await TestChildProgram.SayAsync($"{open[^1].Item} {open[^1].DeliveryCount}");
                        break;
                    case "read":
                        await TestChildProgram.SayAsync($"{await plain!.ReadAsync()}");
                        break;
                    case "settle":
                        foreach (Lease<long> lease in open)
                            await lease.CompleteAsync();
                        open.Clear();
                        await TestChildProgram.SayAsync("settled");
                        break;
                }
            }
            catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
            {
                await TestChildProgram.SayAsync($"over {leased?.Ending?.Kind ?? plain?.Ending?.Kind}");
            }
        }
        GC.KeepAlive(leased);
        GC.KeepAlive(plain);
        return 0;
    }
}
