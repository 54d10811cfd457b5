using System.Diagnostics.CodeAnalysis;
using CrossChannels.Workers.Running;

/// <summary>What the runtime calls in a worker before <c>Main</c>, by this name and without a namespace.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for exactly this type.")]
[SuppressMessage("Naming", "MA0047:Declare types in namespaces", Justification = "The runtime looks for exactly this type.")]
internal static class StartupHook
{
    /// <summary>Runs the worker to its end. Returns if this program is not a worker.</summary>
    public static void Initialize()
    {
        if (WorkerEnvironment.IsMarked)
            Environment.Exit(WorkerMain.Run(listed: null));
    }
}
