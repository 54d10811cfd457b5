using EndToEnd.Comparing.Judging;

namespace CrossChannels.Tests.Perf;

/// <summary>Costs of which the truth is known.</summary>
internal sealed record SyntheticCosts
{
    public int Sets { get; init; } = 6;

    public int SelfSets { get; init; } = 3;

    public int Cycles { get; init; } = 8;

    /// <summary>By how much the new version costs more, as a logarithm.</summary>
    public double Shift { get; init; }

    /// <summary>Scatter of the rounds of a set, a standard deviation.</summary>
    public double RoundScatter { get; init; } = 0.1;

    /// <summary>Scatter of the sets of a version: two starts of one program differ.</summary>
    public double SetScatter { get; init; } = 0.02;

    /// <summary>How much slower the machine becomes from cycle to cycle.</summary>
    public double Drift { get; init; }

    /// <summary>How much dearer every other round is, by chance; two modes.</summary>
    public double ModeDistance { get; init; }

    public Costs Create(Random random) => new(Group(random, SelfSets, 0), Group(random, Sets, 0), Group(random, Sets, Shift));

    private double[][] Group(Random random, int sets, double shift) => [.. Enumerable.Range(0, sets).Select(_ => Set(random, shift))];

    private double[] Set(Random random, double shift)
    {
        double own = shift + (SetScatter * Normal(random));
        return [.. Enumerable.Range(0, Cycles).Select(cycle => own + (cycle * Drift) + (RoundScatter * Normal(random)) + (random.Next(2) * ModeDistance))];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
