using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>Puts ten random numbers at a pace of its own, says them, and completes.</summary>
internal static class ProduceNumbersCommand
{
    public static async Task<int> RunAsync(string address, int mostPause)
    {
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(address);
        for (int i = 0; i < 10; i++)
        {
            int number = Random.Shared.Next(256);
            await Task.Delay(Random.Shared.Next(mostPause + 1));
            await writer.WriteAsync(number);
            await TestChildProgram.SayAsync(number.ToString(CultureInfo.InvariantCulture));
        }
        writer.Complete();
        return 0;
    }
}
