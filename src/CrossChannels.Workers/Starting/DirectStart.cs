using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace CrossChannels.Workers.Starting;

/// <summary>
/// Starts this assembly in the program's place, with the program's dependencies and configuration: for programs that lie in files and share
/// a runtime.
/// Others, such as single files and those with a runtime of their own, start with a hook.
/// </summary>
internal static class DirectStart
{
    private const string DependencyFiles = "APP_CONTEXT_DEPS_FILES";
    private const string DependencySuffix = ".deps.json";
    private const string ConfigurationSuffix = ".runtimeconfig.json";

    /// <summary>The executable of the shared runtime; <see langword="null"/> where this cannot be done.</summary>
    public static string? Host { get; }

    /// <summary>What is said to the host.</summary>
    public static IReadOnlyList<string> Arguments { get; } = [];

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty path is what is asked for.")]
    static DirectStart()
    {
        string own = typeof(DirectStart).Assembly.Location;
        string? entry = Assembly.GetEntryAssembly()?.GetName().Name;
        string dependencies = (AppContext.GetData(DependencyFiles) as string ?? "").Split(';')[0];
        if (own.Length == 0 || entry is null || !dependencies.EndsWith(DependencySuffix, StringComparison.Ordinal))
            return;
        string configuration = ProgramCommand.Option("--runtimeconfig") ?? dependencies[..^DependencySuffix.Length] + ConfigurationSuffix;

        // A shared runtime lies in shared/Microsoft.NETCore.App/10.0.0 beside its host.
        string host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        bool isBeside = string.Equals(Path.GetDirectoryName(own), Path.GetDirectoryName(dependencies), StringComparison.Ordinal);
        if (!isBeside || !File.Exists(dependencies) || !File.Exists(configuration) || !File.Exists(host))
            return;
        Host = host;
        Arguments = ["exec", "--runtimeconfig", configuration, "--depsfile", dependencies, own, entry];
    }
}
