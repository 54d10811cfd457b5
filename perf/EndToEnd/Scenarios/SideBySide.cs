using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>A pair that is told apart from others by its parts alone.</summary>
internal sealed class SideBySide(params RowSpec[] rows) : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = rows;

    public required Func<Workplace, IReadOnlyList<PartSpec>> Ours { get; init; }

    public required Func<Workplace, IReadOnlyList<PartSpec>> Theirs { get; init; }

    /// <summary>Why the other side cannot run here; null if it can.</summary>
    public Func<string?> WhyNotTheirs { get; init; } = static () => null;

    /// <summary>The row whose library side is this one's too; null if there is none.</summary>
    public string? SameAs { get; init; }

    /// <summary>Whether the library's side uses workers, which old versions do not have.</summary>
    public bool NeedsWorkers { get; init; }

    public override string? WhyNot() => base.WhyNot() ?? WhyNotTheirs();

    public override string? WhyNotCompared() => SameAs is { } row ? $"of the library, the same as {row}" : base.WhyNotCompared();

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace) => Ours(workplace);

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => Theirs(workplace);
}
