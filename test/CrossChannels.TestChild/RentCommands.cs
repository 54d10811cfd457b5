using System.Buffers;
using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>The other ends of items whose memory is rented.</summary>
internal static class RentCommands
{
    /// <summary>Writes numbered items in rented memory, as many as it is told, and more for each word.</summary>
    public static async Task<int> WriteAsync(string address, int count)
    {
        DuplexChannel<IMemoryOwner<byte>, NoItem> channel = await CrossChannel.ConnectAsync<IMemoryOwner<byte>, NoItem>(address);
        for (long number = 0; ; number++)
        {
            byte[] bytes = Job.MakeBytes(number);
            using IMemoryOwner<byte> item = channel.Writer.Rent(bytes.Length);
            bytes.CopyTo(item.Memory);
            if (number == count)
            {
                await TestChildProgram.SayAsync("written");
                await TestChildProgram.WaitForTestAsync();
            }
            await channel.Writer.WriteAsync(item);
        }
    }

    /// <summary>Reads so many items, keeps them, says so, and stays.</summary>
    public static async Task<int> HoldAsync(string address, int count)
    {
        await using DuplexChannel<NoItem, IMemoryOwner<byte>> channel = await CrossChannel.ConnectAsync<NoItem, IMemoryOwner<byte>>(
            address, new() { Reading = new BoundedChannelOptions(count) });
        List<IMemoryOwner<byte>> held = [];
        for (int i = 0; i < count; i++)
            held.Add(await channel.Reader.ReadAsync());
        await TestChildProgram.SayAsync("held");
        await TestChildProgram.WaitForTestAsync();
        held.ForEach(static item => item.Dispose());
        return 0;
    }
}
