using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CrossChannels.Tests.Injection;
using CrossChannels.Tests.Workers.Pool;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>Every instrument of workers and pools. They are those of the process, so nothing else may run beside these tests.</summary>
[TestClass]
[DoNotParallelize]
public sealed class WorkerMetricsTests : IDisposable
{
    private readonly IDisposable _pause = FaultyExporter.Pause();
    private readonly string _name = $"metrics-{Guid.NewGuid():N}";

    public void Dispose() => _pause.Dispose();

    [TestMethod]
    public async Task Worker_IsCountedWhileItRuns_AndWhenItFails()
    {
        using var meter = new Recorder();
        await using WorkerProcess waiting = await WorkerProcess.StartAsync(WorkerMethods.WaitForever, new WorkerOptions { IsDaemon = true }).Done();
        Assert.AreEqual(1, meter.Sum("crosschannels.workers.started", "kind=process"));
        Assert.AreEqual(1, meter.Observe("crosschannels.workers.running", "kind=process"));
        await waiting.TerminateAsync().Done();
        await Wait.Until(() => meter.Observe("crosschannels.workers.running", "kind=process") == 0);
        Assert.AreEqual(0, meter.Sum("crosschannels.workers.lost", "kind=process"));
        await using WorkerProcess failing = await WorkerProcess.StartAsync(WorkerMethods.Throw, "on purpose", new WorkerOptions { Error = TextWriter.Null }).Done();
        await failing.WaitForExitAsync().Done();
        await Wait.Until(() => meter.Sum("crosschannels.workers.lost", "kind=process") == 1);
        Assert.AreEqual(2, meter.Sum("crosschannels.workers.started", "kind=process"));
    }

    [TestMethod]
    public async Task Tasks_AreCountedAndTimed_ByPoolAndMethod()
    {
        using var meter = new Recorder();
        await using (var pool = new WorkerPool(2, new WorkerPoolOptions { Worker = new WorkerOptions { Name = _name } }))
        {
            await pool.MapAsync(PoolTasks.Square, Enumerable.Range(0, 20), chunkSize: 4).Done();
            await pool.RunAsync(PoolTasks.Square, 3).Done();
            await Assert.ThrowsExactlyAsync<WorkerFailedException>(() => pool.RunAsync(PoolTasks.FailAtSeven, 7).Done());
            string tags = $"pool={_name} method=PoolTasks.Square";
            await Wait.Until(() => meter.Sum("crosschannels.pool.tasks.completed", tags) == 21);
            // Five chunks, and one task.
            await Wait.Until(() => meter.Count("crosschannels.pool.task.duration", tags) == 6);
            await Wait.Until(() => meter.Sum("crosschannels.pool.tasks.failed", $"pool={_name} method=PoolTasks.FailAtSeven") == 1);
            Assert.IsInRange(1, 2, meter.Sum("crosschannels.workers.started", "kind=pool"));
        }
        await Wait.Until(() => meter.Observe("crosschannels.workers.running", "kind=pool") == 0);
        Assert.AreEqual(0, meter.Sum("crosschannels.workers.lost", "kind=pool"));
        Assert.AreEqual(0, meter.Observe("crosschannels.pool.tasks.queued", $"pool={_name}"));
    }

    [TestMethod]
    public async Task Load_OfABusyPool_IsShown_AndALostWorkerIsCounted()
    {
        using var meter = new Recorder();
        await using var pool = new WorkerPool(1, new WorkerPoolOptions { Worker = new WorkerOptions { Name = _name } });
        using var source = new CancellationTokenSource();
        Task<int[]> busy = pool.MapAsync(PoolTasks.WaitForCancel, Enumerable.Range(0, 10), chunkSize: 3, cancellationToken: source.Token);
        await Wait.Until(() => meter.Observe("crosschannels.pool.tasks.running", $"pool={_name}") == 1);
        Assert.AreEqual(9, meter.Observe("crosschannels.pool.tasks.queued", $"pool={_name}"));
        await source.CancelAsync();
        await busy.Fails<OperationCanceledException>();
        await Wait.Until(() => meter.Observe("crosschannels.pool.tasks.running", $"pool={_name}") == 0);
        Assert.AreEqual(0, meter.Observe("crosschannels.pool.tasks.queued", $"pool={_name}"));
        await pool.RunAsync(PoolTasks.KillSelfAtSeven, 7).Fails<WorkerLostException>();
        await Wait.Until(() => meter.Sum("crosschannels.workers.lost", "kind=pool") == 1);
        Assert.AreEqual(1, meter.Sum("crosschannels.pool.tasks.failed", $"pool={_name} method=PoolTasks.KillSelfAtSeven"));
    }

    [TestMethod]
    public void Meter_HasTheVersionOfTheLibrary()
    {
        using var meter = new Recorder();
        Assert.IsFalse(string.IsNullOrEmpty(meter.Version));
    }

    /// <summary>A faulty exporter costs its values, and no task.</summary>
    [TestMethod]
    public async Task Listener_Throws_TasksAreDone()
    {
        using var listener = new MeterListener { InstrumentPublished = Enable };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("No."));
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("No."));
        listener.Start();
        await using var pool = new WorkerPool(1);
        Assert.AreEqual(9, await pool.RunAsync(PoolTasks.Square, 3).Done());
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == "CrossChannels.Workers")
            listener.EnableMeasurementEvents(instrument);
    }

    private sealed class Recorder : IDisposable
    {
        private readonly MeterListener _listener;
        private readonly ConcurrentQueue<(string Instrument, long Value, string Tags)> _seen = new();

        public Recorder()
        {
            _listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    Enable(instrument, listener);
                    if (instrument.Meter.Name == "CrossChannels.Workers")
                        Version = instrument.Meter.Version;
                },
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, (long)value, tags));
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(WorkerMetrics).TypeHandle);
            _listener.Start();
        }

        public string? Version { get; private set; }

        public long Sum(string instrument, string tags) => _seen.Where(one => one.Instrument == instrument && one.Tags == tags).Sum(static one => one.Value);

        public int Count(string instrument, string tags) => _seen.Count(one => one.Instrument == instrument && one.Tags == tags);

        /// <summary>What a gauge shows now.</summary>
        public long Observe(string gauge, string tags)
        {
            int before = _seen.Count;
            _listener.RecordObservableInstruments();
            return _seen.Skip(before).Where(one => one.Instrument == gauge && one.Tags == tags).Sum(static one => one.Value);
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _seen.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"))));
    }
}
