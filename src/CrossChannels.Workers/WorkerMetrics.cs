using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.Loader;
using CrossChannels.Diagnostics;

namespace CrossChannels.Workers;

/// <summary>The meter <c>CrossChannels.Workers</c>: worker processes, pools and their tasks.</summary>
/// <remarks>Called under no lock: see <see cref="Instruments"/>.</remarks>
internal static class WorkerMetrics
{
    public const string Name = "CrossChannels.Workers";

    private const string ProcessKind = "process";
    private const string PoolKind = "pool";

    private static readonly Meter s_meter =
        new(Name, typeof(WorkerMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]);

    private static readonly Counter<long> s_started =
        s_meter.CreateCounter<long>("crosschannels.workers.started", "{worker}", "Worker processes that were started.");

    private static readonly Counter<long> s_lost = s_meter.CreateCounter<long>(
        "crosschannels.workers.lost", "{worker}", "Worker processes that failed, or were killed, without having been asked to end.");

    private static readonly Counter<long> s_completed =
        s_meter.CreateCounter<long>("crosschannels.pool.tasks.completed", "{task}", "Tasks that gave a result.");

    private static readonly Counter<long> s_failed = s_meter.CreateCounter<long>(
        "crosschannels.pool.tasks.failed", "{task}", "Tasks that threw, took too long, or lost their worker too often.");

    private static readonly Histogram<double> s_durations =
        s_meter.CreateHistogram<double>("crosschannels.pool.task.duration", "s", "How long tasks ran; of those that went to a worker together their mean.");

    private static readonly ConcurrentDictionary<string, long> s_running = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<object, (string Name, Func<PoolLoad> GetLoad)> s_pools = new();

    static WorkerMetrics()
    {
        s_meter.CreateObservableGauge(
            "crosschannels.workers.running", static () => s_running.Select(static one => new Measurement<long>(one.Value, Kind(one.Key))), "{worker}", "Worker processes that run.");
        s_meter.CreateObservableGauge("crosschannels.pool.tasks.queued", static () => Measure(static load => load.Queued), "{task}", "Tasks that no worker has begun.");
        s_meter.CreateObservableGauge("crosschannels.pool.tasks.running", static () => Measure(static load => load.Running), "{task}", "Tasks that workers run.");
        // The process would keep a collectible load context alive by its meters.
        if (AssemblyLoadContext.GetLoadContext(typeof(WorkerMetrics).Assembly) is { IsCollectible: true } context)
            context.Unloading += static _ => s_meter.Dispose();
    }

    /// <summary>A worker's process was started.</summary>
    /// <param name="isOfPool">It is one of a pool.</param>
    public static void Started(bool isOfPool)
    {
        string kind = isOfPool ? PoolKind : ProcessKind;
        s_running.AddOrUpdate(kind, 1, static (_, count) => count + 1);
        Instruments.Add(s_started, 1, Kind(kind));
    }

    /// <summary>A worker's process is gone.</summary>
    public static void Ended(bool isOfPool) => s_running.AddOrUpdate(isOfPool ? PoolKind : ProcessKind, 0, static (_, count) => count - 1);

    /// <summary>A worker failed, or was killed, and nobody had asked it to end.</summary>
    public static void Lost(bool isOfPool) => Instruments.Add(s_lost, 1, Kind(isOfPool ? PoolKind : ProcessKind));

    /// <summary>A pool has workers, and is asked for its tasks whenever a listener collects.</summary>
    public static void Show(object pool, string name, Func<PoolLoad> getLoad) => s_pools.TryAdd(pool, (name, getLoad));

    /// <summary>It has none any more.</summary>
    public static void Hide(object pool) => s_pools.TryRemove(pool, out _);

    public static void TasksCompleted(long count, PoolTags tags)
    {
        if (count > 0)
            Instruments.Add(s_completed, count, tags.Pool, tags.Method);
    }

    public static void TaskFailed(PoolTags tags) => Instruments.Add(s_failed, 1, tags.Pool, tags.Method);

    public static void TasksRan(double seconds, PoolTags tags) => Instruments.Record(s_durations, seconds, tags.Pool, tags.Method);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);

    /// <summary>Pools of one name are shown as one.</summary>
    private static IEnumerable<Measurement<long>> Measure(Func<PoolLoad, long> value) =>
        s_pools.Values
            .GroupBy(static pool => pool.Name, pool => value(pool.GetLoad()), StringComparer.Ordinal)
            .Select(static all => new Measurement<long>(all.Sum(), new KeyValuePair<string, object?>("pool", all.Key)));
}

/// <summary>What the measurements of a task are tagged with.</summary>
internal readonly record struct PoolTags(string PoolName, string MethodName)
{
    public KeyValuePair<string, object?> Pool => new("pool", PoolName);

    public KeyValuePair<string, object?> Method => new("method", MethodName);
}

/// <summary>The tasks of a pool at one moment.</summary>
internal readonly record struct PoolLoad(long Queued, long Running);
