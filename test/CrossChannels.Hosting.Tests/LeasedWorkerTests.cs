using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

namespace CrossChannels.Hosting.Tests;

/// <summary>Workers on leases.</summary>
[TestClass]
public sealed class LeasedWorkerTests
{
    private readonly string _address = TestHost.NewAddress();
    private readonly Work _work = new();

    [TestMethod]
    public async Task Items_AreHandledAndSettled_EachInAScopeOfItsOwn()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        await using TestHost host = await StartAsync();
        for (int i = 0; i < 5; i++)
            await channel.Writer.WriteAsync(i).Done();
        await channel.Writer.JoinAsync().Done();
        CollectionAssert.AreEquivalent(new[] { 0, 1, 2, 3, 4 }, _work.Done.ToArray());
        Assert.HasCount(5, _work.Scopes.Distinct());
        Assert.IsTrue(_work.Scopes.All(scope => scope.IsDisposed));
    }

    [TestMethod]
    public async Task Concurrency_IsHowManyAreAtWork()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        _work.Handle = (_, _, token) => _work.Gate.Task.WaitAsync(token);
        await using TestHost host = await StartAsync(worker => worker.Concurrency = 3);
        for (int i = 0; i < 5; i++)
            await channel.Writer.WriteAsync(i).Done();
        await Wait.Until(() => _work.Begun.Count == 3);
        _work.Gate.SetResult();
        await channel.Writer.JoinAsync().Done();
        Assert.AreEqual(3, _work.Most);
    }

    [TestMethod]
    public async Task Failure_IsDeliveredAgain_AndThenADeadLetter()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10, new LeaseOptions { MaxDeliveries = 2 }).Done();
        _work.Handle = (item, _, _) => item == 13 ? throw new InvalidOperationException("Bad luck.") : Task.CompletedTask;
        await using TestHost host = await StartAsync();
        await channel.Writer.WriteAsync(13).Done();
        await channel.Writer.WriteAsync(14).Done();
        await channel.Writer.JoinAsync().Done();
        Assert.AreEqual(13, await channel.DeadLetters!.Reader.ReadAsync().Done());
        CollectionAssert.AreEqual(new[] { 1, 2 }, _work.Begun.Where(one => one.Item == 13).Select(one => one.DeliveryCount).ToArray());
        CollectionAssert.AreEqual(new[] { 14 }, _work.Done.ToArray());
        Assert.AreEqual(2, host.Log.Count("LeaseFailed"));
    }

    [TestMethod]
    public async Task Failure_MayGoToTheDeadLettersAtOnce()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        _work.Handle = (_, _, _) => throw new FormatException("Never.");
        await using TestHost host = await StartAsync(worker =>
            worker.OnFailure = (error, _) => error is FormatException ? LeaseFailureAction.DeadLetter : LeaseFailureAction.Abandon);
        await channel.Writer.WriteAsync(13).Done();
        await channel.Writer.JoinAsync().Done();
        Assert.HasCount(1, _work.Begun);
        Assert.AreEqual(13, await channel.DeadLetters!.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task OnFailure_Throws_TheItemIsAbandoned()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        _work.Handle = (_, context, _) => context.DeliveryCount == 1 ? throw new FormatException("Once.") : Task.CompletedTask;
        await using TestHost host = await StartAsync(worker => worker.OnFailure = static (_, _) => throw new InvalidOperationException("No."));
        await channel.Writer.WriteAsync(13).Done();
        await channel.Writer.JoinAsync().Done();
        Assert.HasCount(2, _work.Begun);
        Assert.AreEqual(1, host.Log.Count("OnFailureFailed"));
    }

    [TestMethod]
    public async Task Stop_FinishesWhatItHas_AndLeavesTheRest()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        _work.Handle = (_, _, token) => _work.Gate.Task.WaitAsync(token);
        TestHost host = await StartAsync();
        for (int i = 0; i < 5; i++)
            await channel.Writer.WriteAsync(i).Done();
        await Wait.Until(() => _work.Begun.Count == 1);
        Task stopping = host.StopAsync();
        Assert.IsFalse(_work.Token.IsCancellationRequested);
        _work.Gate.SetResult();
        await stopping.Done();

        CollectionAssert.AreEqual(new[] { 0 }, _work.Done.ToArray());
        for (int i = 1; i < 5; i++)
        {
            using Lease<int> lease = await channel.Reader.ReadAsync().Done();
            Assert.AreEqual(i, lease.Item);
            lease.Complete();
        }
        await channel.Writer.JoinAsync().Done();
        await host.DisposeAsync();
    }

    [TestMethod]
    public async Task Stop_TimeIsUp_CancelsTheWorkAndGivesItBack()
    {
        await using LeasedChannel<int> channel = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        _work.Handle = static (_, _, token) => Task.Delay(Timeout.Infinite, token);
        TestHost host = await StartAsync(shutdown: TimeSpan.FromMilliseconds(50));
        await channel.Writer.WriteAsync(1).Done();
        await Wait.Until(() => _work.Begun.Count == 1);
        await host.StopAsync();
        using Lease<int> lease = await channel.Reader.ReadAsync().Done();
        Assert.AreEqual(1, lease.Item);
        lease.Complete();
        await Wait.Until(() => host.Log.Count("LeaseGivenBack") == 1);
        await host.DisposeAsync();
    }

    [TestMethod]
    public async Task HubIsReplaced_WorkInVainIsCanceled_AndTheWorkerGoesOn()
    {
        LeasedChannel<int> first = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        _work.Handle = (item, _, token) => item == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await using TestHost host = await StartAsync();
        await first.Writer.WriteAsync(1).Done();
        await Wait.Until(() => _work.Begun.Count == 1);
        first.Dispose();
        await Wait.Until(() => host.Log.Count("LeaseGivenBack") == 1);

        await using LeasedChannel<int> second = await CrossChannel.CreateLeasedAsync<int>(_address, 10).Done();
        await second.Writer.WriteAsync(2).Done();
        await second.Writer.JoinAsync().Done();
        CollectionAssert.AreEqual(new[] { 2 }, _work.Done.ToArray());
    }

    private Task<TestHost> StartAsync(Action<LeasedWorkerOptions<int>>? configure = null, TimeSpan? shutdown = null) => TestHost.StartAsync(builder =>
    {
        builder.Services.AddSingleton(_work);
        builder.Services.AddScoped<Scope>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdown ?? TimeSpan.FromSeconds(30));
        builder.Services.AddLeasedWorker<int, Handler>("work", worker =>
        {
            worker.Address = _address;
            worker.Connection = worker.Connection with { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
            worker.MinReopenDelay = TimeSpan.FromMilliseconds(10);
            configure?.Invoke(worker);
        });
    });

    private sealed class Work
    {
        private readonly Lock _sync = new();
        private int _now;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<int, LeaseContext, CancellationToken, Task> Handle { get; set; } = static (_, _, _) => Task.CompletedTask;

        public ConcurrentQueue<(int Item, int DeliveryCount)> Begun { get; } = new();

        public ConcurrentQueue<int> Done { get; } = new();

        public ConcurrentQueue<Scope> Scopes { get; } = new();

        public CancellationToken Token { get; private set; }

        public int Most { get; private set; }

        public async Task RunAsync(int item, LeaseContext context, CancellationToken cancellationToken)
        {
            Token = cancellationToken;
            lock (_sync)
                Most = Math.Max(Most, ++_now);
            Begun.Enqueue((item, context.DeliveryCount));
            try
            {
                await Handle(item, context, cancellationToken);
                Done.Enqueue(item);
            }
            finally
            {
                Interlocked.Decrement(ref _now);
            }
        }
    }

    private sealed class Scope : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Handler(Work work, Scope scope) : ILeaseHandler<int>
    {
        public Task HandleAsync(int item, LeaseContext context, CancellationToken cancellationToken)
        {
            work.Scopes.Enqueue(scope);
            return work.RunAsync(item, context, cancellationToken);
        }
    }
}
