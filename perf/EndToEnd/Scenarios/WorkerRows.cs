using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Rows of worker processes and their pools.</summary>
internal static class WorkerRows
{
    // Parts with workers go by name: a compared version may be built without them.
    public static IEnumerable<Scenario> All =>
    [
        new SideBySide(new RowSpec("worker-start", "ms", Direction.AtMost, 1.5, "an empty .NET program, from its start to Main"))
        {
            Ours = static _ => [new PartSpec("WorkerStarter", [])],
            Theirs = static _ => [PartSpec.Of<ProgramStarter>()],
        },
    ];
}
