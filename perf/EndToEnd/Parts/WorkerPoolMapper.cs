using System.Globalization;
using CrossChannels.Workers;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Maps over a pool of two workers. Arguments: a method of <see cref="PoolWork"/>, how many items a map has, and how many go to a worker at a time.</summary>
internal sealed class WorkerPoolMapper(string method, string items, string chunk) : Part, IAsyncDisposable
{
    private const int Workers = 2;

    private readonly WorkerPool _pool = new(Workers);
    private readonly Func<int, int> _method = method == nameof(PoolWork.Empty) ? PoolWork.Empty : PoolWork.Compute;
    private readonly int _items = int.Parse(items, CultureInfo.InvariantCulture);
    private readonly int _chunk = int.Parse(chunk, CultureInfo.InvariantCulture);

    public override Task StartAsync() => _pool.StartAsync();

    public override Task<double[]> RunAsync(TimeSpan duration) => PoolWork.RunAsync(source => _pool.MapAsync(_method, source, _chunk), _items, duration);

    public override ValueTask StopAsync() => DisposeAsync();

    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}
