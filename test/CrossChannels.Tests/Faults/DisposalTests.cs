using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>Disposal at any moment, more than once, from several threads; and ends that are lost.</summary>
[TestClass]
public sealed class DisposalTests
{
    [TestMethod]
    public async Task Dispose_AtAnyMoment_OnlyDocumentedErrorsAndBothEndsEnd()
    {
        for (int round = 0; round < 300; round++)
        {
            var random = new Random(round);
            DuplexChannelOptions<long, long> options = new() { Reading = new BoundedChannelOptions(1 + random.Next(4)) };
            (DuplexChannel<long, long> first, DuplexChannel<long, long> second) = CrossChannel.CreatePair(options, options);
            if (random.Next(3) > 0)
                await first.WaitForPeerAsync().Done("a pair waits to greet");
            Task[] users = [.. UseAsync(first), .. UseAsync(second)];
            for (int spins = random.Next(200); spins > 0; spins--)
                await Task.Yield();

            DuplexChannel<long, long> closing = random.Next(2) == 0 ? first : second;
            Task[] disposals = [.. Enumerable.Range(0, 4).Select(_ =>
            {
                int how = random.Next(6);
                return Task.Run(() => DisposeAsync(closing, how));
            })];
            await Task.WhenAll(disposals).Done($"disposal of round {round} waits");
            await closing.DisposeAsync().Done($"the second disposal of round {round} waits");
            DuplexChannel<long, long> other = closing == first ? second : first;
            await Task.WhenAll(users).Done($"calls on ends of round {round} wait for their end");
            Assert.IsNotNull(closing.Writer.Ending);
            Assert.IsNotNull(other.Writer.Ending);
            while (other.Reader.TryRead(out _) || closing.Reader.TryRead(out _))
            {
            }
            await Wait.Until(() => other.Reader.Ending is not null && closing.Reader.Ending is not null, $"the readers of round {round} wait for their end");
            await other.DisposeAsync().Done($"disposal of the other end of round {round} waits");
        }
    }

    [TestMethod]
    public async Task Dispose_BeforeThePeerIsThere_WhatWasSaidStillReachesIt()
    {
        (DuplexChannel<long, NoItem> there, DuplexChannel<NoItem, long> here) = CrossChannel.CreatePair<long, NoItem>();
        there.Writer.Complete();
        await there.DisposeAsync().Done("disposal waits");
        await here.Reader.Completion.Done("the reader waits for its end");
        await here.DisposeAsync().Done("disposal waits");
    }

    [TestMethod]
    public async Task Dispose_PeerNeverGreets_EndsAtTheDeadline()
    {
        using var directory = new TempDirectory();
        var pipe = new System.IO.Pipelines.Pipe();
        var silent = new System.IO.Pipelines.Pipe();
        DuplexChannel<long, long> channel = CrossChannel.Over<long, long>(
            new DuplexPipe(silent.Reader, pipe.Writer), new() { Connection = new() { CloseTimeout = TimeSpan.FromMilliseconds(50) } });
        Task<long> read = channel.Reader.ReadAsync().AsTask();
        Task write = channel.Writer.WriteAsync(1).AsTask();
        Task flush = channel.Writer.FlushAsync().AsTask();
        await channel.DisposeAsync().Done("disposal waits for a peer that never greets");
        await read.Fails<ChannelClosedException>("a read waits for its end");
        await write.Fails<ChannelClosedException>("a write waits for its end");
        await flush.Done("a flush of nothing waits");
        await channel.WaitForPeerAsync().Fails<LinkTimeoutException>("a wait for the peer waits for its end");
    }

    [TestMethod]
    public async Task Lost_WithoutDisposal_PeerSeesTheEnd()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await WriteAndForgetAsync(listener.Address);
        DuplexChannel<NoItem, long> here = await listener.AcceptAsync();
        Assert.AreEqual(5, await here.Reader.ReadAsync().Done("the reader waits for the item"));
        await Wait.Until(() => CollectUntil(here.Reader.Completion), "the reader waits until the writer's end is collected");
        await here.Reader.Completion.Fails<WriterLeftException>("the reader waits for its end");
    }

    [TestMethod]
    public async Task Lost_AcceptedAndWithoutDisposal_PeerSeesTheEnd()
    {
        await using RawListener<long, NoItem> listener = await RawListener<long, NoItem>.StartAsync();
        DuplexChannel<NoItem, long> there = await CrossChannel.ConnectAsync<NoItem, long>(listener.Address).Done("a peer waits to connect");
        await AcceptAndForgetAsync(listener);
        Assert.AreEqual(5, await there.Reader.ReadAsync().Done("the reader waits for the item"));
        await Wait.Until(() => CollectUntil(there.Reader.Completion), "the reader waits until the accepted end is collected");
        await there.Reader.Completion.Fails<WriterLeftException>("the reader waits for its end");
    }

    [TestMethod]
    [DataRow("read")]
    [DataRow("wait to read")]
    [DataRow("write")]
    [DataRow("wait to write")]
    [DataRow("flush")]
    [DataRow("join")]
    public async Task Lost_WhileSomebodyWaits_IsNotLostYet(string what)
    {
        await using RawListener<long, long> listener = await RawListener<long, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting<long, long>(), Wire.Welcome(1, 1 << 20));
        (Task waiting, WeakReference channel) = await BeginAsync(listener, what);
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }
        Assert.IsFalse(waiting.IsCompleted);
        // Credit for an item that has not been sent would be a violation.
        if (what is not ("read" or "wait to read"))
        {
            await raw.ReadGreetingAsync();
            await raw.ReadFrameAsync(FrameType.Items);
        }
        await raw.SendAsync(what switch
        {
            "read" or "wait to read" => Wire.Longs(0, 7),
            "write" or "wait to write" => Wire.Credit(2, (1 << 20) + 8),
            "flush" => Wire.Counter(FrameType.Received, 1),
            _ => Wire.Counter(FrameType.Joined, 1),
        });
        await waiting.Done($"a {what} waits for what has come");
        GC.KeepAlive(channel);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(Task Waiting, WeakReference Channel)> BeginAsync(RawListener<long, long> listener, string what)
    {
        DuplexChannel<long, long> channel = await listener.AcceptAsync();
        if (what is not ("read" or "wait to read"))
            await channel.Writer.WriteAsync(1).Done("a write waits");
        return (Begin(channel, what), new WeakReference(channel));
    }

    private static Task Begin(DuplexChannel<long, long> channel, string what) => what switch
    {
        "read" => channel.Reader.ReadAsync().AsTask(),
        "wait to read" => channel.Reader.WaitToReadAsync().AsTask(),
        "write" => channel.Writer.WriteAsync(2).AsTask(),
        "wait to write" => channel.Writer.WaitToWriteAsync().AsTask(),
        "flush" => channel.Writer.FlushAsync().AsTask(),
        _ => channel.Writer.JoinAsync().AsTask(),
    };

    private static bool CollectUntil(Task task)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return task.IsCompleted;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task WriteAndForgetAsync(ChannelAddress address)
    {
        DuplexChannel<long, NoItem> channel = await CrossChannel.ConnectAsync<long, NoItem>(address).Done("a peer waits to connect");
        await channel.Writer.WriteAsync(5).Done("a write waits");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task AcceptAndForgetAsync(RawListener<long, NoItem> listener)
    {
        DuplexChannel<long, NoItem> channel = await listener.AcceptAsync();
        await channel.Writer.WriteAsync(5).Done("a write waits");
    }

    private static async Task DisposeAsync(DuplexChannel<long, long> channel, int how)
    {
        switch (how)
        {
            case 0: channel.Abort("on purpose"); break;
#pragma warning disable VSTHRD103 // That is what is tested.
            case 1: channel.Dispose(); break;
            case 2: channel.Writer.Dispose(); channel.Reader.Dispose(); break;
#pragma warning restore VSTHRD103
            case 3: await channel.Writer.DisposeAsync(); await channel.Reader.DisposeAsync(); break;
            default: await channel.DisposeAsync(); break;
        }
    }

    /// <summary>All that can be called, until the end.</summary>
    private static IEnumerable<Task> UseAsync(DuplexChannel<long, long> channel)
    {
        yield return Task.Run(() => UntilTheEndAsync(async () => await channel.Writer.WriteAsync(1)));
        yield return Task.Run(() => UntilTheEndAsync(async () => await channel.Reader.ReadAsync()));
        yield return Task.Run(() => UntilTheEndAsync(async () =>
        {
            if (!await channel.Reader.WaitToReadAsync())
                throw new ChannelClosedException();
        }));
        yield return Task.Run(async () =>
        {
            while (channel.Writer.Ending is null)
            {
                try
                {
                    await channel.Writer.FlushAsync();
                    await channel.Writer.JoinAsync();
                }
                catch (Exception e) when (e is CrossChannelException or ChannelClosedException)
                {
                    return;
                }
                await Task.Yield();
            }
        });
    }

    private static async Task UntilTheEndAsync(Func<Task> call)
    {
        try
        {
            while (true)
                await call();
        }
        catch (Exception e) when (e is CrossChannelException or ChannelClosedException)
        {
            // Documented.
        }
    }

    private sealed class DuplexPipe(System.IO.Pipelines.PipeReader input, System.IO.Pipelines.PipeWriter output) : System.IO.Pipelines.IDuplexPipe
    {
        public System.IO.Pipelines.PipeReader Input => input;

        public System.IO.Pipelines.PipeWriter Output => output;
    }
}
