using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;

namespace CrossChannels.Hosting.Tests;

/// <summary>Writers and readers that a host keeps open.</summary>
[TestClass]
public sealed class ChannelEndTests
{
    private readonly string _address = TestHost.NewAddress();

    [TestMethod]
    public async Task HubWriterReader_InOneHost_ItemsCross()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address).AddBounded<int>("parts", 10);
            builder.Services.AddChannelWriter<int>("build#parts", end => end.Address = $"{_address}#parts");
            builder.Services.AddChannelReader<int>("build#parts", end => end.Address = $"{_address}#parts");
        });
        await host.Get<ChannelWriter<int>>("build#parts").WriteAsync(7).Done();
        Assert.AreEqual(7, await host.Get<ChannelReader<int>>("build#parts").ReadAsync().Done());
        Assert.AreSame(host.Get<HostedChannelWriter<int>>("build#parts"), host.Services.GetRequiredService<ChannelWriter<int>>());
        Assert.AreSame(host.Get<HostedChannelReader<int>>("build#parts"), host.Services.GetRequiredService<ChannelReader<int>>());
    }

    [TestMethod]
    public async Task Keys_TwoChannelsOfOneType_AreToldApart()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address).AddBounded<int>("a", 10).AddUnbounded<int>("b");
            foreach (string name in new[] { "a", "b" })
            {
                builder.Services.AddChannelWriter<int>(name, end => end.Address = $"{_address}#{name}");
                builder.Services.AddChannelReader<int>(name, end => end.Address = $"{_address}#{name}");
            }
        });
        await host.Get<ChannelWriter<int>>("a").WriteAsync(1).Done();
        await host.Get<ChannelWriter<int>>("b").WriteAsync(2).Done();
        Assert.AreEqual(2, await host.Get<ChannelReader<int>>("b").ReadAsync().Done());
        Assert.AreEqual(1, await host.Get<ChannelReader<int>>("a").ReadAsync().Done());
        Assert.AreSame(host.Get<HostedChannelWriter<int>>("b"), host.Services.GetRequiredService<ChannelWriter<int>>());
    }

    [TestMethod]
    public async Task Start_HubIsAway_TheHostStartsAndWritesWait()
    {
        await using TestHost host = await TestHost.StartAsync(builder => AddEnds(builder.Services));
        HostedChannelWriter<string> writer = host.Get<HostedChannelWriter<string>>("log");
        Assert.IsFalse(writer.TryWrite("lost"));
        Task write = writer.WriteAsync("one").AsTask();
        Task<string> read = host.Get<ChannelReader<string>>("log").ReadAsync().AsTask();
        Assert.IsFalse(write.IsCompleted);

        await using SharedChannel<string> hub = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await write.Done();
        Assert.AreEqual("one", await read.Done());
        Assert.IsTrue(writer.IsOpen);
        await Assert.ThrowsExactlyAsync<TaskCanceledException>(() => writer.WriteAsync("two", new CancellationToken(canceled: true)).Done());
    }

    [TestMethod]
    public async Task HubIsReplaced_EndsGoOn_AndOnReopenedIsCalled()
    {
        var reopened = Channel.CreateUnbounded<ChannelReopened>();
        await using TestHost host = await TestHost.StartAsync(builder => AddEnds(builder.Services, end => end.OnReopened = (_, one, _) =>
        {
            reopened.Writer.TryWrite(one);
            return Task.CompletedTask;
        }));
        HostedChannelWriter<string> writer = host.Get<HostedChannelWriter<string>>("log");
        ChannelReader<string> reader = host.Get<ChannelReader<string>>("log");
        SharedChannel<string> first = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await writer.PublishAsync("before").Done();
        Assert.AreEqual("before", await reader.ReadAsync().Done());
        Task<string> read = reader.ReadAsync().AsTask();
        await first.DisposeAsync();

        await using SharedChannel<string> second = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await writer.PublishAsync("after").Done();
        Assert.AreEqual("after", await read.Done());
        // One of the writer, and one of the reader.
        for (int i = 0; i < 2; i++)
        {
            ChannelReopened one = await reopened.Reader.ReadAsync().Done();
            Assert.AreEqual(("log", EndingKind.OwnerLeft), (one.Name, one.Lost.Kind));
        }
        Assert.AreEqual(2, host.Log.Count("EndReopened"));
        Assert.IsFalse(reader.Completion.IsCompleted);
    }

    [TestMethod]
    public async Task OnReopened_Throws_IsLoggedAndTheEndLives()
    {
        await using TestHost host = await TestHost.StartAsync(builder => AddEnds(builder.Services, end => end.OnReopened = (_, _, _) => throw new InvalidOperationException("No.")));
        HostedChannelWriter<string> writer = host.Get<HostedChannelWriter<string>>("log");
        SharedChannel<string> first = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await writer.PublishAsync("before").Done();
        await first.DisposeAsync();
        await using SharedChannel<string> second = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await Wait.Until(() => host.Log.Count("ReopenedFailed") == 2);
        await writer.PublishAsync("after").Done();
    }

    [TestMethod]
    public async Task Completed_ByTheOwner_EndsBothForGood()
    {
        await using SharedChannel<string> hub = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await using TestHost host = await TestHost.StartAsync(builder => AddEnds(builder.Services));
        HostedChannelWriter<string> writer = host.Get<HostedChannelWriter<string>>("log");
        HostedChannelReader<string> reader = host.Get<HostedChannelReader<string>>("log");
        await writer.PublishAsync("last").Done();
        hub.Writer.Complete();

        Assert.IsTrue(await reader.WaitToReadAsync().Done());
        Assert.AreEqual("last", await reader.ReadAsync().Done());
        Assert.IsFalse(await reader.WaitToReadAsync().Done());
        await reader.Completion.Done();
        Assert.AreEqual(EndingKind.Completed, reader.Ending!.Kind);
        await Wait.Until(() => writer.Ending is not null);
        Assert.IsFalse(await writer.WaitToWriteAsync().Done());
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => writer.WriteAsync("more").Done());
    }

    [TestMethod]
    public async Task Complete_HubIsAway_CompletesWhenItComes()
    {
        await using TestHost host = await TestHost.StartAsync(builder => AddEnds(builder.Services));
        Assert.IsTrue(host.Get<ChannelWriter<string>>("log").TryComplete());
        Assert.IsFalse(host.Get<ChannelWriter<string>>("log").TryComplete());
        await using SharedChannel<string> hub = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        await hub.Reader.Completion.Done();
        await host.Get<ChannelReader<string>>("log").Completion.Done();
    }

    [TestMethod]
    public async Task Stop_WhatWasAccepted_GetsThrough_AndLaterCallsEnd()
    {
        await using SharedChannel<string> hub = await CrossChannel.CreateUnboundedAsync<string>(_address).Done();
        TestHost host = await TestHost.StartAsync(builder => AddEnds(builder.Services));
        HostedChannelWriter<string> writer = host.Get<HostedChannelWriter<string>>("log");
        await Wait.Until(() => writer.IsOpen);
        for (int i = 0; i < 100; i++)
            await writer.WriteAsync($"{i}").Done();
        Task<bool> waiting = host.Get<ChannelReader<string>>("log").WaitToReadAsync().AsTask();
        await waiting.Done();
        await host.StopAsync();

        int count = 0;
        while (hub.Reader.TryRead(out _))
            count++;
        Assert.AreEqual(100, count);
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => writer.WriteAsync("late").Done());
        Assert.IsFalse(await host.Get<ChannelReader<string>>("log").WaitToReadAsync().Done());
        await host.DisposeAsync();
    }

    [TestMethod]
    public async Task ItemsThatCannotCross_AreSaidAtOnce_AndNotTriedAgain()
    {
        await using TestHost host = await TestHost.StartAsync(builder => builder.Services.AddChannelWriter<Action>("log", end => end.Address = _address));
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => host.Get<ChannelWriter<Action>>("log").WriteAsync(() => { }).Done());
        Assert.AreEqual(1, host.Log.Count("EndImpossible"));
    }

    private void AddEnds(IServiceCollection services, Action<ChannelEndOptions<string>>? configure = null)
    {
        Action<ChannelEndOptions<string>> set = end =>
        {
            end.Address = _address;
            end.Connection = end.Connection with { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
            end.MinReopenDelay = TimeSpan.FromMilliseconds(10);
            end.MaxReopenDelay = TimeSpan.FromMilliseconds(20);
            configure?.Invoke(end);
        };
        services.AddChannelWriter("log", set);
        services.AddChannelReader("log", set);
    }
}
