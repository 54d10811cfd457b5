using EndToEnd.Latency;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class HistogramTests
{
    [TestMethod]
    public void At_SmallValues_IsExact()
    {
        var histogram = new Histogram();
        for (int value = 1; value <= 2000; value++)
            histogram.Record(value);
        Assert.AreEqual(2000, histogram.Count);
        Assert.AreEqual(1000, histogram.At(50));
        Assert.AreEqual(1980, histogram.At(99));
        Assert.AreEqual(1, histogram.At(0));
        Assert.AreEqual(2000, histogram.At(100));
        Assert.AreEqual(2000, histogram.Max);
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(2047L)]
    [DataRow(2048L)]
    [DataRow(2049L)]
    [DataRow(123_456_789L)]
    [DataRow((1L << 40) - 1)]
    [DataRow(1L << 40)]
    [DataRow(long.MaxValue)]
    public void At_AnyValue_IsNeverLessAndAThousandthMoreAtMost(long value)
    {
        var histogram = new Histogram();
        histogram.Record(value);
        histogram.Record(long.MaxValue);
        long found = histogram.At(50);
        Assert.IsGreaterThanOrEqualTo(value, found);
        Assert.IsLessThanOrEqualTo(value / 1000, found - value);
    }

    [TestMethod]
    public void At_ManyRandomValues_AgreesWithTheSortedOnes()
    {
        var random = new Random(42);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Pow(10, 9 * random.NextDouble()))];
        var histogram = new Histogram();
        foreach (long value in values)
            histogram.Record(value);
        Array.Sort(values);
        foreach (double percentile in (double[])[1, 50, 90, 99, 99.9, 100])
        {
            long exact = values[(int)Math.Ceiling(percentile / 100 * values.Length) - 1];
            Assert.AreEqual(exact, histogram.At(percentile), exact / 1000.0, $"percentile {percentile}");
        }
    }

    [TestMethod]
    public void At_NothingRecorded_IsZero() => Assert.AreEqual(0, new Histogram().At(99));

    [TestMethod]
    public void Record_LessThanZero_CountsAsZero()
    {
        var histogram = new Histogram();
        histogram.Record(-5);
        Assert.AreEqual(0, histogram.At(100));
        Assert.AreEqual(1, histogram.Count);
    }

    [TestMethod]
    [DataRow(-0.1)]
    [DataRow(100.1)]
    public void At_NoPercentile_Throws(double percentile) => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Histogram().At(percentile));

    [TestMethod]
    public void Add_TwoHistograms_CountsBoth()
    {
        Histogram first = new(), second = new();
        first.Record(1);
        second.Record(3);
        second.Record(1_000_000);
        first.Add(second);
        Assert.AreEqual(3, first.Count);
        Assert.AreEqual(3, first.At(50));
        Assert.AreEqual(1_000_000, first.Max);
    }

    [TestMethod]
    public void Clear_AfterValues_ForgetsAll()
    {
        var histogram = new Histogram();
        histogram.Record(7);
        histogram.Clear();
        Assert.AreEqual(0, histogram.Count);
        Assert.AreEqual(0, histogram.At(100));
    }

    [TestMethod]
    public void FromFigures_OfItsOwn_IsTheSame()
    {
        var histogram = new Histogram();
        foreach (long value in (long[])[0, 5, 5, 70_000, 1L << 40])
            histogram.Record(value);
        Histogram read = Histogram.FromFigures(histogram.ToFigures());
        Assert.AreEqual(histogram.Count, read.Count);
        Assert.AreEqual(histogram.Max, read.Max);
        foreach (double percentile in (double[])[0, 40, 60, 80, 100])
            Assert.AreEqual(histogram.At(percentile), read.At(percentile));
    }
}
