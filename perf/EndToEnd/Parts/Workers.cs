using System.Diagnostics;
using System.Globalization;
using CrossChannels.Workers;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Maps over a pool of two workers.</summary>
/// <param name="method">Of <see cref="PoolWork"/>.</param>
/// <param name="items">How many a map has.</param>
/// <param name="chunk">How many of them go to a worker at a time.</param>
internal sealed class WorkerPoolMapper(string method, int items, int chunk) : Part, IAsyncDisposable
{
    private const int Workers = 2;

    private readonly WorkerPool _pool = new(Workers);
    private readonly Func<int, int> _method = method == nameof(PoolWork.Empty) ? PoolWork.Empty : PoolWork.Compute;

    public override Task StartAsync() => _pool.StartAsync();

    public override Task<double[]> RunAsync(TimeSpan duration) =>
        PoolWork.RunAsync(source => _pool.MapAsync(_method, source, chunk), items, duration);

    public override ValueTask StopAsync() => DisposeAsync();

    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}

/// <summary>Starts workers whose method only tells when it ran.</summary>
internal sealed class WorkerStarter : Part
{
    public override Task<double[]> RunAsync(TimeSpan duration) => ProcessStarts.RunAsync(StartWorkerAsync, duration);

    private static async Task<long> StartWorkerAsync()
    {
        await using var output = new StringWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(TellTime, new() { Output = output });
        (await worker.WaitForExitAsync()).EnsureSuccess();
        return long.Parse(output.ToString(), CultureInfo.InvariantCulture);
    }

    private static void TellTime()
    {
        long time = Stopwatch.GetTimestamp();
        Console.WriteLine(time);
    }
}
