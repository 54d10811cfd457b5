using System.Globalization;
using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Opens an end that the test gave away, and uses it.</summary>
internal static class OpenEndCommand
{
    public static Task<int> RunAsync(string kind, string text, string how)
    {
        ItemSerializer.Register(new DecimalSerializer());
        TransferTicket ticket = TransferTicket.FromBytes(Convert.FromHexString(text));
        return kind switch
        {
            "reader" => ReadAsync(ticket),
            "writer" => WriteAsync(ticket, how),
            "leased-reader" => ReadLeasesAsync(ticket),
            "lock" => HoldAsync(ticket),
            "duplex" => UseDuplexAsync(ticket, how),
            _ => throw new ArgumentException($"'{kind}' is not a kind of end.", nameof(kind)),
        };
    }

    private static async Task<int> ReadAsync(TransferTicket ticket)
    {
        await using CrossChannelReader<int> reader = await CrossChannelReader<int>.OpenAsync(ticket);
        return await SaySumAsync(reader);
    }

    private static async Task<int> WriteAsync(TransferTicket ticket, string how)
    {
        await using CrossChannelWriter<int> writer = await CrossChannelWriter<int>.OpenAsync(ticket);
        for (int i = 1; i <= 4; i++)
            await writer.WriteAsync(i);
        if (how == "complete")
            writer.Complete();
        await writer.FlushAsync();
        await TestChildProgram.SayAsync("written");
        if (how != "complete")
            await TestChildProgram.WaitForTestAsync();
        return 0;
    }

    private static async Task<int> ReadLeasesAsync(TransferTicket ticket)
    {
        await using LeasedReader<int> reader = await LeasedReader<int>.OpenAsync(ticket);
        int sum = 0;
        await foreach (Lease<int> lease in reader.ReadAllAsync())
        {
            sum += lease.Item;
            lease.Complete();
        }
        await SayAsync(sum);
        return 0;
    }

    private static async Task<int> HoldAsync(TransferTicket ticket)
    {
        await using CrossLock gate = await CrossLock.OpenAsync(ticket);
        await using LockHold hold = await gate.AcquireAsync();
        await TestChildProgram.SayAsync("held");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }

    private static async Task<int> UseDuplexAsync(TransferTicket ticket, string how)
    {
        await using DuplexChannel<int, int> channel = await DuplexChannel<int, int>.OpenAsync(ticket);
        switch (how)
        {
            case "echo":
                await foreach (int item in channel.Reader.ReadAllAsync())
                    await channel.Writer.WriteAsync(item);
                channel.Writer.Complete();
                await channel.Writer.JoinAsync();
                return 0;
            case "write":
                for (int i = 1; i <= 4; i++)
                    await channel.Writer.WriteAsync(i);
                channel.Writer.Complete();
                return 0;
            case "complete-and-return":
                channel.Writer.Complete();
                return 0;
            case "hang":
                await channel.WaitForPeerAsync();
                await TestChildProgram.SayAsync("met");
                await TestChildProgram.WaitForTestAsync();
                return 0;
            default:
                return await SaySumAsync(channel.Reader);
        }
    }

    /// <summary>Says the sum of all that comes, or how it ended.</summary>
    private static async Task<int> SaySumAsync(ChannelReader<int> reader)
    {
        int sum = 0;
        try
        {
            await foreach (int item in reader.ReadAllAsync())
                sum += item;
            await SayAsync(sum);
        }
        catch (CrossChannelException e)
        {
            await TestChildProgram.SayAsync($"{e.GetType().Name}: {e.Message}");
        }
        return 0;
    }

    private static Task SayAsync(int sum) => TestChildProgram.SayAsync(sum.ToString(CultureInfo.InvariantCulture));
}
