using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Rows of worker processes and their pools.</summary>
internal static class WorkerRows
{
    private const string Tasks = "tasks/s";
    private const string EmptyItems = "16384";
    private const string EmptyChunk = "16";
    private const string ComputedItems = "256";
    private const string ComputedChunk = "4";

    // Parts with workers go by name: a compared version may be built without them.
    public static IEnumerable<Scenario> All =>
    [
        new SideBySide(new RowSpec("worker-start", "ms", Direction.AtMost, 1.5, "an empty .NET program, from its start to Main"))
        {
            NeedsWorkers = true,
            Ours = static _ => [new PartSpec("WorkerStarter", [])],
            Theirs = static _ => [PartSpec.Of<ProgramStarter>()],
        },
        new SideBySide(new RowSpec("pool-tasks", Tasks, Direction.AtLeast, 10, "Python multiprocessing.Pool(2).map, chunksize=16"))
        {
            NeedsWorkers = true,
            Ours = static _ => [new PartSpec("WorkerPoolMapper", [nameof(PoolWork.Empty), EmptyItems, EmptyChunk])],
            Theirs = static _ => [PartSpec.Of<PythonPart>("python_pool.py", EmptyItems, EmptyChunk)],
            WhyNotTheirs = PythonPart.WhyNot,
        },
        new SideBySide(new RowSpec("pool-scaling", Tasks, Direction.AtLeast, 1.8, "the same loop in one process"))
        {
            NeedsWorkers = true,
            Ours = static _ => [new PartSpec("WorkerPoolMapper", [nameof(PoolWork.Compute), ComputedItems, ComputedChunk])],
            Theirs = static _ => [PartSpec.Of<LoopInProcess>(ComputedItems)],
        },
    ];
}
