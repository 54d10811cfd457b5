using System.Runtime.Versioning;
using System.Threading.Channels;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Ends over lanes that are closed at any moment, from several threads, while calls are inside: a call into memory that is gone would end the process.</summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class LaneDisposalTests
{
    private static readonly int s_links = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 5000 : 400;

    [TestMethod]
    public async Task DisposedAtAnyMoment_CallsEndAsDocumented()
    {
        int before = Mappings.Count(Environment.ProcessId);
        for (int seed = 0; seed < s_links; seed++)
        {
            if (seed % 2 == 0)
                await DisposeAsync(seed, i => i);
            else
                await DisposeAsync(seed, i => $"item {i}");
        }
        Assert.AreEqual(before, Mappings.Count(Environment.ProcessId));
    }

    private static async Task DisposeAsync<T>(int seed, Func<int, T> make)
    {
        var random = new Random(seed);
        await using LinkEnds<T, NoItem> ends = await LaneLinkTests.OpenAsync<T>(new BoundedChannelOptions(1 + random.Next(50)), nameof(DisposedAtAnyMoment_CallsEndAsDocumented));
        int disposeAt = random.Next(3) == 0 ? 0 : random.Next(500);
        using var due = new ManualResetEventSlim(disposeAt == 0);
        Task[] traffic =
        [
            Task.Run(() => TryAsync(async i =>
            {
                if (i >= disposeAt)
                    due.Set();
                await ends.Writer.WriteAsync(make(i));
            })),
            Task.Run(() => TryAsync(async i =>
            {
                ends.Writer.TryWrite(make(i));
                if (!await ends.Writer.WaitToWriteAsync())
                    throw new ChannelClosedException();
            })),
            Task.Run(() => TryAsync(async _ => await ends.Reader.ReadAsync())),
            Task.Run(() => TryAsync(async _ =>
            {
                _ = ends.Reader.Count;
                ends.Reader.TryPeek(out T? _);
                ends.Reader.TryRead(out T? _);
                if (!await ends.Reader.WaitToReadAsync())
                    throw new ChannelClosedException();
            })),
        ];
        due.Done();
        Action[] closings =
        [
            ends.First.Dispose,
            ends.Second.Dispose,
            () => ends.First.Abort(),
            () => ends.Second.Abort(),
            () => ends.Writer.TryComplete(),
            ends.Reader.Dispose,
            ends.Writer.Dispose,
        ];
        random.Shuffle(closings);
        await Task.WhenAll(closings[..3].Select(closing => Task.Run(closing))).Done();
        // Whatever the three did not end ends with the link.
        ends.First.Abort();
        await Task.WhenAll(traffic).Done();
    }

    /// <summary>Goes on until the end, which has to be one of those that are documented.</summary>
    private static async Task TryAsync(Func<int, Task> step)
    {
        try
        {
            for (int i = 0; ; i++)
                await step(i);
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            // The channel, or the end, is over.
        }
    }
}
