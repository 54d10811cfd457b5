using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Workers.Running;

namespace CrossChannels.Workers.Starting;

/// <summary>Which way a worker of this program can be started.</summary>
internal static class StartForm
{
    private const string HookSwitch = "System.StartupHookProvider.IsSupported";

    private static volatile bool s_hasLine;

    /// <summary>
    /// True if the runtime calls <see cref="StartupHook"/> before <c>Main</c>: not in trimmed programs nor under native AOT.
    /// </summary>
    public static bool HasHooks { get; } =
        RuntimeFeature.IsDynamicCodeSupported && (!AppContext.TryGetSwitch(HookSwitch, out bool isSupported) || isSupported);

    /// <summary>Notes that <c>Main</c> asks whether it runs in a worker.</summary>
    public static void NoteLine() => s_hasLine = true;

    /// <summary>Refuses where the program that is started could not find out that it is a worker.</summary>
    /// <param name="method">Display name of the method to start.</param>
    /// <exception cref="InvalidOperationException">The worker would run <c>Main</c> as if it were the program.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on this system.</exception>
    public static void Check(string method)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Worker processes run on Linux.");
        if (WorkerEnvironment.IsMarked)
        {
            throw new InvalidOperationException(
                "This process was started as a worker and runs Main instead, because no startup hook was called in it. It starts no " +
                $"workers, which would do the same.{Line(method)}");
        }
        if (!HasHooks && !s_hasLine)
        {
            throw new InvalidOperationException(
                $"This program runs without startup hooks (trimmed, native AOT, or {HookSwitch} is false), so a worker has to be told in " +
                $"Main what it may run.{Line(method)}{FileBased}");
        }
    }

    /// <summary>A program of one source file is as if it were published as native code, unless it says otherwise.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty path is what is asked for.")]
    private static string FileBased =>
        !RuntimeFeature.IsDynamicCodeSupported && typeof(StartForm).Assembly.Location.Length > 0
            ? " Or, if it is run by \"dotnet run app.cs\", write at the top of that file: #:property PublishAot=false"
            : "";

    private static string Line(string method) =>
        " Write as the first line of Main, with all methods that run in workers: " +
        $"if (WorkerProcess.IsWorker) return await WorkerProcess.RunAsync({method});";
}
