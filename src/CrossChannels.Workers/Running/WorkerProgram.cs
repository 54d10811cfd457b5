using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace CrossChannels.Workers.Running;

/// <summary>
/// Where a worker begins if its program lies in files: the host runs this assembly in the program's place, which saves what a startup hook
/// costs, about as
/// much again as it takes to start the runtime.
/// </summary>
internal static class WorkerProgram
{
    private const int NoWorker = 2;
    private const int ArgumentCount = 2;

    /// <param name="arguments">The program's own assembly; what follows is for those who list processes.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "It is not called in trimmed programs.")]
    public static int Main(string[] arguments)
    {
        if (arguments.Length != ArgumentCount)
            return NoWorker;
        Assembly.SetEntryAssembly(Assembly.Load(arguments[0]));
        return WorkerMain.Run(listed: null);
    }
}
