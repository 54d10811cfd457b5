using CrossChannels;
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
        await using MultiplexingStream multiplexer = await MultiplexingStream.CreateAsync(connection);
        using MultiplexingStream.Channel numbersPipe = await multiplexer.OfferChannelAsync("numbers", CancellationToken.None);
        using MultiplexingStream.Channel namesPipe = await multiplexer.OfferChannelAsync("names", CancellationToken.None);

        // MultiplexingStream.Channel is an IDuplexPipe, and that is what a channel needs.
        await using DuplexChannel<long, NoItem> numbers = CrossChannel.Over<long, NoItem>(numbersPipe);
        await using DuplexChannel<string, NoItem> names = CrossChannel.Over<string, NoItem>(namesPipe);

        for (long number = 1; number <= 3; number++)
            await numbers.Writer.WriteAsync(number);
        await names.Writer.WriteAsync("Ada");
        numbers.Writer.Complete();
        names.Writer.Complete();

        // Disposing the multiplexer cuts off what it has not sent, so the other side reads everything first.
        await numbers.Writer.JoinAsync();
        await names.Writer.JoinAsync();
    }

    private static async Task AcceptAsync(Stream connection)
    {
        await using MultiplexingStream multiplexer = await MultiplexingStream.CreateAsync(connection);
        using MultiplexingStream.Channel numbersPipe = await multiplexer.AcceptChannelAsync("numbers", CancellationToken.None);
        using MultiplexingStream.Channel namesPipe = await multiplexer.AcceptChannelAsync("names", CancellationToken.None);

        await using DuplexChannel<NoItem, long> numbers = CrossChannel.Over<NoItem, long>(numbersPipe);
        await using DuplexChannel<NoItem, string> names = CrossChannel.Over<NoItem, string>(namesPipe);

        await foreach (string name in names.Reader.ReadAllAsync())
            Console.WriteLine(name);
        await foreach (long number in numbers.Reader.ReadAllAsync())
            Console.WriteLine(number);
    }
}
