using System.Globalization;
using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Writes numbered items to a shared channel in all the ways there are, until its fate comes.</summary>
internal static class NumberedWriterCommand
{
    public static Task<int> RunAsync(string address, string kind, int writer, long count, int seed, Fate fate, string journal) => kind switch
    {
        "long" => RunAsync<long>(address, static id => id, writer, count, new Random(seed), fate, journal),
        _ => RunAsync(address, NumberedItem.MakeBytes, writer, count, new Random(seed), fate, journal),
    };

    private static async Task<int> RunAsync<T>(string address, Func<long, T> make, int id, long count, Random random, Fate fate, string path)
    {
        using var journal = new Journal(path);
        CrossChannelWriter<T> writer = await CrossChannel.OpenWriterAsync<T>(address);
        await TestChildProgram.SayAsync("open");
        await Console.In.ReadLineAsync();
        long accepted = 0;
        bool isWhole = false;
        T Make(long number) => make(NumberedItem.Id(id, number));
        try
        {
            while (accepted < count && !await fate.PassAsync(accepted))
            {
                switch (random.Next(10))
                {
                    case 0:
                        T[] items = [.. Enumerable.Range(0, (int)Math.Min(count - accepted, 1 + random.Next(16))).Select(i => Make(accepted + i))];
                        await writer.WriteManyAsync(items);
                        accepted += items.Length;
                        break;
                    case 1:
                        if (writer.TryWrite(Make(accepted)))
                            accepted++;
                        else
                            await writer.WaitToWriteAsync();
                        break;
                    case 2:
                        using (var source = new CancellationTokenSource())
                        {
                            ValueTask write = writer.WriteAsync(Make(accepted), source.Token);
                            await source.CancelAsync();
                            try
                            {
                                await write;
                                accepted++;
                            }
                            catch (OperationCanceledException)
                            {
                                // It must not come.
                            }
                        }
                        break;
                    default:
                        await writer.WriteAsync(Make(accepted));
                        accepted++;
                        break;
                }
                if (random.Next(100) == 0)
                {
                    await writer.FlushAsync();
                    journal.Write('f', accepted, 0);
                }
            }
            isWhole = accepted == count;
        }
        catch (PartialWriteException e)
        {
            accepted += e.AcceptedCount;
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            // The channel, or this end of it, is over.
        }
        bool isCompleted = isWhole && writer.TryComplete() && writer.Ending is { Kind: EndingKind.Completed };
        long unreceived = isWhole || fate.What != "return" ? await writer.CloseAsync() : 0;
        await TestChildProgram.SayAsync(string.Create(CultureInfo.InvariantCulture, $"done {accepted} {unreceived} {isCompleted} {writer.Ending?.Kind}"));
        GC.KeepAlive(writer);
        return 0;
    }
}
