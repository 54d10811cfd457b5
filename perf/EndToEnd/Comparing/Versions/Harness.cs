using System.Reflection;

namespace EndToEnd.Comparing.Versions;

/// <summary>The sources of this program, found from where it runs.</summary>
/// <param name="Root">The root of the repository.</param>
internal sealed record Harness(string Root)
{
    private static readonly string s_project = Path.Combine("perf", nameof(EndToEnd), nameof(EndToEnd) + ".csproj");

    public string Project => Path.Combine(Root, s_project);

    /// <summary>Where the library's project is, below a root.</summary>
    public static string LibraryIn(string root) => Path.Combine(root, "src", "CrossChannels", "CrossChannels.csproj");

    /// <summary>Where the library's workers are, below a root.</summary>
    public static string WorkersIn(string root) => Path.Combine(root, "src", "CrossChannels.Workers");

    /// <summary>Optimized code is compared with nothing else.</summary>
    public static bool IsOptimized =>
        typeof(Harness).Assembly.GetCustomAttribute<System.Diagnostics.DebuggableAttribute>()?.IsJITOptimizerDisabled is not true;

    /// <exception cref="ComparisonException">The program does not run below its sources.</exception>
    public static Harness Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, s_project)))
                return new Harness(directory.FullName);
        }
        throw new ComparisonException($"{AppContext.BaseDirectory} is not below a repository that has {s_project}.");
    }
}
