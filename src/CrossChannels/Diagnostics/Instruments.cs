using System.Diagnostics.Metrics;
using CrossChannels.Threading;

namespace CrossChannels.Diagnostics;

/// <summary>Adds to the instruments of the libraries. A measurement runs the callbacks of every <see cref="MeterListener"/> of the program: so it is made under no lock, and what a listener throws ends here.</summary>
internal static class Instruments
{
    public static void Add(Counter<long> counter, long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        HeldLocks.AssertNone();
        if (!counter.Enabled)
            return;
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // A listener failed; the value is lost to it and to those after it, and whoever counts goes on.
        }
    }

    public static void Record(Histogram<double> histogram, double value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        HeldLocks.AssertNone();
        if (!histogram.Enabled)
            return;
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
            // As in Add.
        }
    }
}
