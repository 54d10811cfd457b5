using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using CrossChannels.Links;
using CrossChannels.Tests.Faults;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Tests.Links;

/// <summary>A program's metrics listeners, loggers and clocks are called by links under no lock, and not by the finalizer's thread.</summary>
[TestClass]
public sealed class UserCodeTests
{
    [ThreadStatic]
    private static Action? t_onMeasurement;

    [TestMethod]
    public async Task Metrics_AListenerWaitsForAnotherWriter_BothWrite()
    {
        var input = new ScriptedInput();
        var output = new CollectingOutput();
        Link link = await StartAsync(input, output, credit: 1_000_000);
        var sender = (ItemSender)link.Sender;
        using MeterListener listener = Listen();
        bool isOtherAccepted = false;
        int locksHeld = -1;
        t_onMeasurement = () =>
        {
            t_onMeasurement = null;
            locksHeld = HeldLocks.Count;
            using var done = new ManualResetEventSlim();
            ThreadPool.QueueUserWorkItem(_ =>
            {
                isOtherAccepted = sender.TryAccept(2L);
                done.Set();
            });
            done.Done();
        };
        // A lone item goes out on the thread of its writer, unless the pool was faster with the one before.
        Assert.IsTrue(SpinWait.SpinUntil(() => sender.TryAccept(1L) && locksHeld >= 0, Wait.Deadline));
        t_onMeasurement = null;
        Assert.AreEqual(0, locksHeld);
        Assert.IsTrue(isOtherAccepted);
        link.Abort(null);
        await link.Closed.Done();
    }

    [TestMethod]
    public async Task SendInline_NothingToSend_TheNextItemStillLeavesOnItsWritersThread()
    {
        var input = new ScriptedInput();
        var output = new CollectingOutput();
        var scheduler = new CountingScheduler();
        Link link = await StartAsync(input, output, scheduler);
        var sender = (ItemSender)link.Sender;
        ItemReceiver receiver = link.Items();
        // Until the outbox has been idle for longer than a pause.
        await Wait.Until(() => IsIdleFor(output, TimeSpan.FromMilliseconds(5)));
        int queued = scheduler.Queued;
        for (int polls = 0; polls < 3; polls++)
            Assert.IsFalse(receiver.TryTake(out long _));
        Assert.IsTrue(sender.TryAccept(1L));
        Assert.AreEqual(queued, scheduler.Queued, "A reader that polls must not make a lone item look like one of a stream.");
        link.Abort(null);
        await link.Closed.Done();
    }

    [TestMethod]
    public async Task PeerWatch_ItsClockIsLost_IsCollectedWithIt()
    {
        WeakReference clock = await UseAClockAsync();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !clock.IsAlive;
        });
        Assert.IsFalse(clock.IsAlive);
    }

    [TestMethod]
    public async Task PeerWatch_AClockBlocksInChange_OtherLinksOfItStillClose()
    {
        using var clock = new BlockingClock();
        var settings = new ConnectionOptions { PeerTimeout = TimeSpan.FromMinutes(2), TimeProvider = clock };
        var shorter = new ConnectionOptions { PeerTimeout = TimeSpan.FromMinutes(1), TimeProvider = clock };
        ScriptedInput firstInput = new(), secondInput = new();
        Link first = await StartAsync(firstInput, new CollectingOutput(), settings: settings);
        Link second = await StartAsync(secondInput, new CollectingOutput(), settings: shorter);
        clock.Block();
        // Its end makes the period longer, so that the timer is changed; the end of the other must not wait for that.
        secondInput.End();
        clock.Entered.Done();
        firstInput.End();
        await first.Closed.Done();
        clock.Leave();
        await second.Closed.Done();
        Assert.IsTrue(first.Closed.IsCompletedSuccessfully);
    }

    [TestMethod]
    public async Task LostChannel_ItsLoggerBlocks_FinalizersGoOn()
    {
        using var logger = new BlockingLogger();
        Lose(logger);
        await Wait.Until(() =>
        {
            GC.Collect();
            return logger.IsEntered;
        });
        Task finalizers = Task.Run(GC.WaitForPendingFinalizers);
        await finalizers.Done();
        Assert.IsTrue(finalizers.IsCompletedSuccessfully);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Lose(ILogger logger) =>
        _ = CrossChannel.CreatePair<int, int>(new() { Connection = new() { Logger = logger } });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAClockAsync()
    {
        var clock = new ManualTimeProvider();
        Link link = await StartAsync(
            new ScriptedInput(), new CollectingOutput(), settings: new ConnectionOptions { PeerTimeout = TimeSpan.FromMinutes(1), TimeProvider = clock });
        link.Abort(null);
        await Wait.Until(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return link.Closed.IsCompleted;
        });
        return new WeakReference(clock);
    }

    private static async Task<Link> StartAsync(
        ScriptedInput input, CollectingOutput output, WorkScheduler? scheduler = null, ConnectionOptions? settings = null, long credit = 16)
    {
        Link link = LinkTest.Make<long, long>(input, output, settings, scheduler: scheduler);
        link.Start();
        input.Add([.. Wire.Greeting<long, long>(), .. Wire.Welcome(credit, 1 << 30)]);
        await link.Greeted.Done();
        return link;
    }

    private static bool IsIdleFor(CollectingOutput output, TimeSpan pause)
    {
        int before = output.Written.Length;
        return !SpinWait.SpinUntil(() => output.Written.Length != before, pause);
    }

    private static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "crosschannels.items.sent")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => t_onMeasurement?.Invoke());
        listener.Start();
        return listener;
    }

    private sealed class CountingScheduler : WorkScheduler
    {
        private int _queued;

        public int Queued => Volatile.Read(ref _queued);

        public override void Queue(IThreadPoolWorkItem work)
        {
            Interlocked.Increment(ref _queued);
            base.Queue(work);
        }
    }

    /// <summary>A clock that blocks once in the change of a timer.</summary>
    private sealed class BlockingClock : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim _left = new();
        private int _blocks;

        public ManualResetEventSlim Entered { get; } = new();

        public void Block() => Volatile.Write(ref _blocks, 1);

        public void Leave() => _left.Set();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new BlockingTimer(this, System.CreateTimer(callback, state, dueTime, period));

        public void Dispose()
        {
            _left.Dispose();
            Entered.Dispose();
        }

        private void OnChange()
        {
            if (Interlocked.Exchange(ref _blocks, 0) == 0)
                return;
            Entered.Set();
            _left.Wait(Wait.Deadline);
        }

        private sealed class BlockingTimer(BlockingClock clock, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.OnChange();
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }

    /// <summary>A logger that does not return until it is disposed.</summary>
    private sealed class BlockingLogger : ILogger, IDisposable
    {
        private readonly ManualResetEventSlim _left = new();

        public bool IsEntered { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            IsEntered = true;
            _left.Wait(Wait.Deadline);
        }

        public void Dispose() => _left.Set();
    }
}
