using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>What is measured together and gives one row or more.</summary>
internal abstract class Scenario
{
    public abstract IReadOnlyList<RowSpec> Rows { get; }

    /// <summary>It takes so long that it runs only when its row is named.</summary>
    public virtual bool IsOnRequest => false;

    /// <summary>Why it cannot run here; null if it can.</summary>
    public virtual string? WhyNot() => null;

    /// <summary>Why it cannot be compared with another version; null if it can.</summary>
    public virtual string? WhyNotCompared() => "no rounds that could take turns; to be run alone, with each version";

    /// <summary>Measures; one result a row, in the order of <see cref="Rows"/>.</summary>
    public abstract Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace);
}
