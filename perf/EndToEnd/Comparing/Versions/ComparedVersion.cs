using EndToEnd.Peers;

namespace EndToEnd.Comparing.Versions;

/// <summary>A version of the library under this version's harness. Disposing removes what was built for it.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Commit">Its commit, with <c>-dirty</c> behind it if files were changed since.</param>
/// <param name="Executable">The harness, built with it.</param>
internal sealed record ComparedVersion(string Name, string Commit, string Executable) : IAsyncDisposable
{
    // The old code may not please today's analyzers, and a server of the compiler would outlive the comparison.
    private static readonly string[] s_build =
    [
        "-c", "Release", "-v", "quiet", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:RunAnalyzers=false",
        "-p:TreatWarningsAsErrors=false", "-p:NuGetAudit=false",
    ];

    /// <summary>Whether it has worker processes.</summary>
    public bool HasWorkers { get; init; } = true;

    private Checkout? Checkout { get; init; }

    /// <summary>The one that runs.</summary>
    public static async Task<ComparedVersion> OwnAsync(Harness harness, CancellationToken cancellationToken)
    {
        Tool described = await Tool.RunAsync(harness.Root, "git", ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"], cancellationToken);
        return new ComparedVersion("this version", described.ExitCode == 0 ? described.Output.Trim() : "unknown", Peer.OwnExecutable);
    }

    /// <summary>Checks out a version of the library and builds the harness with it.</summary>
    /// <exception cref="ComparisonException">There is no such version, or it does not build with this harness.</exception>
    public static async Task<ComparedVersion> BuildAsync(Harness harness, string reference, CancellationToken cancellationToken)
    {
        Checkout checkout = await Checkout.AddAsync(harness.Root, reference, cancellationToken);
        try
        {
            string library = Harness.LibraryIn(checkout.Source);
            if (!File.Exists(library))
                throw new ComparisonException($"'{reference}' cannot be compared: it has no {Path.GetRelativePath(checkout.Source, library)}.");
            Tool built = await Tool.RunAsync(
                harness.Root,
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                ["build", harness.Project, .. s_build, $"-p:ComparedLibrary={library}", $"-p:ComparedOutput={checkout.Output}"],
                cancellationToken);
            if (built.ExitCode != 0)
                throw new ComparisonException(BuildErrors.Explain(reference, checkout.Source, harness.Root, built.Output + built.Errors));
            string directory = Directory.GetDirectories(Path.Combine(checkout.Output, "bin", "Release")).Single();
            return new ComparedVersion(reference, checkout.Commit, Peer.ExecutableIn(directory)) { Checkout = checkout, HasWorkers = Directory.Exists(Harness.WorkersIn(checkout.Source)) };
        }
        catch
        {
            await checkout.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Checkout?.DisposeAsync() ?? default;
}
