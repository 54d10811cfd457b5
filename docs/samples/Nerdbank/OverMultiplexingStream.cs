using CrossChannels;
using CrossChannels.Multiplexing;
using Nerdbank.Streams;

namespace NerdbankSample;

/// <summary>Two channels, each with a type and a back-pressure of its own, over one connection.</summary>
internal static class OverMultiplexingStream
{
    public static async Task RunAsync()
    {
        // Any connection will do; a pair in memory stands for the socket or the pipe between two processes.
        (Stream here, Stream there) = FullDuplexStream.CreatePair();
        await Task.WhenAll(OfferAsync(here), AcceptAsync(there));
    }

    private static async Task OfferAsync(Stream connection)
    {
        await using MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(connection);
        await using CrossChannelWriter<long> numbers = await multiplexer.OfferWriterAsync<long>("numbers");
        await using CrossChannelWriter<string> names = await multiplexer.OfferWriterAsync<string>("names");

        for (long number = 1; number <= 3; number++)
            await numbers.WriteAsync(number);
        await names.WriteAsync("Ada");
        numbers.Complete();
        names.Complete();

        // Both are disposed before the multiplexer is, which waits until the other side has everything; the multiplexer itself would cut off the rest.
    }

    private static async Task AcceptAsync(Stream connection)
    {
        await using MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(connection);
        await using CrossChannelReader<long> numbers = await multiplexer.AcceptReaderAsync<long>("numbers");
        await using CrossChannelReader<string> names = await multiplexer.AcceptReaderAsync<string>("names");

        await foreach (string name in names.ReadAllAsync())
            Console.WriteLine(name);
        await foreach (long number in numbers.ReadAllAsync())
            Console.WriteLine(number);
    }
}
