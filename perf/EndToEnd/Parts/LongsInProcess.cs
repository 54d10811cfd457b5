using System.Threading.Channels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: numbers through a channel of the base class library, a writer and a reader on two threads.</summary>
internal sealed class LongsInProcess(string capacity) : Part
{
    private readonly Channel<long> _channel = Capacity.Create<long>(capacity);
    private readonly Drain _drain = new();

    public override Task StartAsync()
    {
        RunInBackground(() => ItemLoops.ReadAsync(_channel.Reader, _drain.Signal));
        return Task.CompletedTask;
    }

    public override Task<double[]> RunAsync(TimeSpan duration)
    {
        _drain.Reset();
        return ItemLoops.WriteAsync(_channel.Writer, 1, ItemLoops.Last, ItemLoops.SmallItemsPerLook, _drain.WaitAsync, duration);
    }
}
