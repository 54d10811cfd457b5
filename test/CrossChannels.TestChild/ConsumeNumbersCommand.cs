using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>Takes numbers at a pace of its own until the producer has finished, and says them.</summary>
internal static class ConsumeNumbersCommand
{
    public static async Task<int> RunAsync(string address, int mostPause)
    {
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address);
        await foreach (int number in reader.ReadAllAsync())
        {
            await Task.Delay(Random.Shared.Next(mostPause + 1));
            await TestChildProgram.SayAsync(number.ToString(CultureInfo.InvariantCulture));
        }
        return 0;
    }
}
