using EndToEnd.Peers;

namespace EndToEnd.Growth;

/// <summary>One of those that a series compares.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Parts">The processes for one step; who runs the rounds last.</param>
/// <param name="Figure">What of a round's figures is shown; the first if null.</param>
internal sealed record GrowthLine(string Name, Func<Workplace, long, IReadOnlyList<PartSpec>> Parts, Func<double[], double>? Figure = null)
{
    public const string Library = "CrossChannels";

    public double Of(double[] figures) => Figure?.Invoke(figures) ?? figures[0];
}
