using System.Diagnostics;
using System.Globalization;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Plays one part many times over in one process, all at once.</summary>
/// <param name="name">Of the part.</param>
/// <param name="count">How many times.</param>
/// <param name="argument">Its one argument.</param>
internal sealed class ManyParts(string name, string count, string argument) : Part
{
    private readonly Part[] _parts = [.. Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture)).Select(_ => new PartSpec(name, [argument]).Create())];

    public static PartSpec Of<TPart>(long count, string argument)
        where TPart : Part => PartSpec.Of<ManyParts>(typeof(TPart).Name, count.ToString(CultureInfo.InvariantCulture), argument);

    public override async Task StartAsync()
    {
        foreach (Part part in _parts)
            await part.StartAsync();
    }

    /// <returns>Items a second of all together; the mean of the first figure of each.</returns>
    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        double[][] figures = await Task.WhenAll(_parts.Select(part => Task.Run(() => part.RunAsync(duration))));
        double items = figures.Sum(static figure => figure[^1]);
        return [items / Stopwatch.GetElapsedTime(started).TotalSeconds, figures.Average(static figure => figure[0])];
    }

    public override async ValueTask StopAsync()
    {
        foreach (Part part in _parts)
            await part.StopAsync();
    }
}
