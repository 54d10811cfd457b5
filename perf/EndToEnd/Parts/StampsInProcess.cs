using System.Globalization;
using System.Threading.Channels;
using EndToEnd.Latency;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: time stamps through a channel of the base class library, a writer and a reader on two threads.</summary>
internal sealed class StampsInProcess(string capacity, string rate) : Part
{
    private readonly LatencyRound _round = new();
    private readonly Channel<Stamp> _channel = Capacity.Create<Stamp>(capacity);
    private readonly double _rate = double.Parse(rate, CultureInfo.InvariantCulture);

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _round.Clear();
        Task writing = Task.Run(() => OpenLoop.RunAsync(_rate, duration, stamp => _channel.Writer.WriteAsync(stamp)));
        await ReadAsync();
        await writing;
        return _round.ToFigures();
    }

    private async Task ReadAsync()
    {
        while (await _channel.Reader.WaitToReadAsync())
        {
            while (_channel.Reader.TryRead(out Stamp stamp))
            {
                if (!_round.Record(stamp))
                    return;
            }
        }
    }
}
