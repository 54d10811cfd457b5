using System.Diagnostics.Metrics;

namespace CrossChannels.Tests.Injection;

/// <summary>A metrics exporter that fails as planned, beside all tests of the process: measurements belong to no link.</summary>
internal sealed class FaultyExporter : IDisposable
{
    /// <summary>Those that tests listen to while others run: a value is lost to every listener that comes after one that throws.</summary>
    private static readonly string[] s_leftAlone = ["crosschannels.dropped.errors", "crosschannels.items.unreceived"];

    private static int s_pauses;

    private readonly MeterListener _listener = new();

    public FaultyExporter(FaultPlan plan)
    {
        Plan = plan;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            // Not the histograms: to time a wait takes a task, which is not what the tests beside it measure.
            if (instrument is Counter<long> { Meter.Name: "CrossChannels" } && !s_leftAlone.Contains(instrument.Name))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, _, _) =>
        {
            if (Volatile.Read(ref s_pauses) == 0)
                Plan.Call(instrument.Name);
        });
        _listener.Start();
    }

    public FaultPlan Plan { get; }

    /// <summary>Lets all measurements pass until it is disposed, for tests of what is measured.</summary>
    public static IDisposable Pause() => new Paused();

    public void Dispose() => _listener.Dispose();

    private sealed class Paused : IDisposable
    {
        public Paused() => Interlocked.Increment(ref s_pauses);

        public void Dispose() => Interlocked.Decrement(ref s_pauses);
    }
}
