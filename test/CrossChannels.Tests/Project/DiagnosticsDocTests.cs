using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using CrossChannels.Diagnostics;
using CrossChannels.Workers;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Tests.Project;

/// <summary>docs/diagnostics.md has every instrument and every event, as the code has them.</summary>
[TestClass]
public sealed class DiagnosticsDocTests
{
    private static readonly string s_text = File.ReadAllText(Repository.At("docs/diagnostics.md"));

    [TestMethod]
    public async Task Instruments_AllAreInTheDocument()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name is "CrossChannels" or "CrossChannels.Workers")
                {
                    string kind = instrument switch
                    {
                        Counter<long> or ObservableCounter<long> => "counter",
                        Histogram<double> => "histogram",
                        _ => "gauge",
                    };
                    seen.Add($"| `{instrument.Name}` | {kind} | `{instrument.Unit}` |");
                }
            },
        };
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Memory($"docs-{Guid.NewGuid():N}"));
        RuntimeHelpers.RunClassConstructor(typeof(WorkerMetrics).TypeHandle);
        listener.Start();
        Assert.IsGreaterThanOrEqualTo(28, seen.Count);
        foreach (string row in seen)
            Assert.Contains(row, s_text);
    }

    [TestMethod]
    public void Events_AllAreInTheDocumentWithAnIdOfTheirOwn()
    {
        LoggerMessageAttribute[] events =
        [
            .. typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
                .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
                .OfType<LoggerMessageAttribute>(),
        ];
        Assert.IsNotEmpty(events);
        foreach (LoggerMessageAttribute one in events)
            Assert.Contains($"| {one.EventId} | `{one.EventName}` | {(one.Level == LogLevel.None ? "" : $"{one.Level} |")}", s_text);
        Assert.HasCount(events.Length, events.DistinctBy(one => one.EventId));
    }
}
