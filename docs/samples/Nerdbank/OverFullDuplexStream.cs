using CrossChannels;
using Nerdbank.Streams;

namespace NerdbankSample;

/// <summary>One channel over a pair of streams in memory.</summary>
internal static class OverFullDuplexStream
{
    public static async Task RunAsync()
    {
        (Stream first, Stream second) = FullDuplexStream.CreatePair();

        // A stream that goes both ways is the input and the output.
        await using DuplexChannel<int, string> asking = CrossChannel.Over<int, string>(first, first);
        await using DuplexChannel<string, int> answering = CrossChannel.Over<string, int>(second, second);

        Task answers = Task.Run(async () =>
        {
            await foreach (int number in answering.Reader.ReadAllAsync())
                await answering.Writer.WriteAsync($"{number} squared is {number * number}");
            answering.Writer.Complete();
        });

        for (int number = 1; number <= 3; number++)
            await asking.Writer.WriteAsync(number);
        asking.Writer.Complete();

        await foreach (string answer in asking.Reader.ReadAllAsync())
            Console.WriteLine(answer);
        await answers;
    }
}
