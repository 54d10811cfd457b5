namespace CrossChannels.Testing;

/// <summary>The sources that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>Where the solution is, found from where the tests run.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path from the root, with <c>/</c> between its parts.</summary>
    public static string At(string path) => Path.Combine([Root, .. path.Split('/')]);

    /// <summary>Where the build put a sample, with the configuration and framework of the tests.</summary>
    public static string OutputOfSample(string sample)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string directory = At($"docs/samples/{sample}/bin/{output.Parent!.Name}/{output.Name}");
        return File.Exists(Path.Combine(directory, $"{sample}.dll")) ? directory : throw new FileNotFoundException($"The sample is not built: {directory}");
    }

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "CrossChannels.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the solution.");
    }
}
