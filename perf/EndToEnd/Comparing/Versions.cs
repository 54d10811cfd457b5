using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using EndToEnd.Peers;

namespace EndToEnd.Comparing;

/// <summary>A comparison that cannot be made, for a reason that the user is told without a stack trace.</summary>
internal sealed class ComparisonException(string message) : Exception(message);

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
        Tool described = await Tool.RunAsync(
            harness.Root, "git", ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"], cancellationToken);
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
            return new ComparedVersion(reference, checkout.Commit, Peer.ExecutableIn(directory))
            {
                Checkout = checkout,
                HasWorkers = Directory.Exists(Harness.WorkersIn(checkout.Source)),
            };
        }
        catch
        {
            await checkout.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Checkout?.DisposeAsync() ?? default;
}

/// <summary>The files of another version, in a temporary worktree of git. Disposing removes it.</summary>
internal sealed class Checkout : IAsyncDisposable
{
    // What watches the repository need not know of this.
    private static readonly string[] s_withoutHooks = ["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"];

    private readonly string _repository;
    private readonly DirectoryInfo _temporary;

    private Checkout(string repository, string commit)
    {
        _repository = repository;
        Commit = commit;
        _temporary = Directory.CreateTempSubdirectory("crosschannels-compare-");
    }

    /// <summary>The full name of the commit.</summary>
    public string Commit { get; }

    public string Source => Path.Combine(_temporary.FullName, "source");

    /// <summary>Where to put what is built of it.</summary>
    public string Output => Path.Combine(_temporary.FullName, "output");

    /// <param name="repository">A directory in the repository.</param>
    /// <param name="reference">A branch, tag or commit.</param>
    /// <param name="cancellationToken">Nothing is left behind.</param>
    /// <exception cref="ComparisonException">There is no repository, or no such commit in it.</exception>
    public static async Task<Checkout> AddAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        Tool found = await Tool.RunAsync(
            repository, "git", ["rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}"], cancellationToken);
        if (found.ExitCode != 0)
            throw new ComparisonException($"'{reference}' is not a commit of the repository {repository}. {found.Errors}".TrimEnd());

        var checkout = new Checkout(repository, found.Output.Trim());
        try
        {
            Tool added = await Tool.RunAsync(
                repository, "git", [.. s_withoutHooks, "worktree", "add", "--detach", "--force", checkout.Source, checkout.Commit], cancellationToken);
            return added.ExitCode == 0 ? checkout
                : throw new ComparisonException($"git could not check out {reference}: {added.Errors.Trim()}");
        }
        catch
        {
            await checkout.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // It is removed after a cancellation as well: no token is passed on.
        Tool removed = await Tool.RunAsync(
            _repository, "git", ["worktree", "remove", "--force", "--force", Source], CancellationToken.None);
        if (_temporary.Exists)
            _temporary.Delete(recursive: true);
        // It was never added, or not wholly: git forgets what has no files.
        if (removed.ExitCode != 0)
            await Tool.RunAsync(_repository, "git", ["worktree", "prune"], CancellationToken.None);
    }
}

/// <summary>The errors in what a build has said.</summary>
internal static partial class BuildErrors
{
    private const int MaxShown = 10;

    /// <summary>Says why a version could not be built, in a few lines.</summary>
    /// <param name="reference">What the user calls the version.</param>
    /// <param name="source">Where its files are.</param>
    /// <param name="harness">The root of this program's repository.</param>
    /// <param name="output">What the build has said.</param>
    public static string Explain(string reference, string source, string harness, string output)
    {
        Match[] errors = [.. Error().Matches(output).DistinctBy(static error => error.Value, StringComparer.Ordinal)];
        bool isOwn = errors.Any(error => error.Groups["file"].Value.StartsWith(source, StringComparison.Ordinal));
        bool isOfHarness = errors.Any(error => error.Groups["file"].Value.StartsWith(Path.Combine(harness, "perf"), StringComparison.Ordinal));
        string why = isOwn ? "its library does not build here"
            : isOfHarness ? "its library lacks what the scenarios of this version need"
            : "the build failed";
        IEnumerable<string> shown = errors.Length == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(MaxShown)
            : errors.Take(MaxShown).Select(error => Shorten(error, source, harness));
        string more = errors.Length > MaxShown ? $"\n  and {errors.Length - MaxShown} more" : "";
        return $"'{reference}' cannot be compared: {why}.\n  {string.Join("\n  ", shown)}{more}";
    }

    private static string Shorten(Match error, string source, string harness)
    {
        string file = error.Groups["file"].Value;
        string root = file.StartsWith(source, StringComparison.Ordinal) ? source : harness;
        return $"{(Path.IsPathRooted(file) ? Path.GetRelativePath(root, file) : file)}({error.Groups["place"].Value}): {error.Groups["text"].Value}";
    }

    [GeneratedRegex(@"^\s*(?<file>[^\n(]+)\((?<place>\d+(,\d+)*)\): error (?<text>[A-Z]+\d+: [^\n\[]+?)\s*(\[[^\]\n]*\])?\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Error();
}

/// <summary>Runs a program to its end and keeps what it says.</summary>
/// <param name="ExitCode">0 if it did its work.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record Tool(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(10);

    /// <summary>Cancellation ends the program, and all that it has started, before this returns.</summary>
    /// <exception cref="ComparisonException">There is no such program.</exception>
    public static async Task<Tool> RunAsync(string directory, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A hook of git sets these; they would lead a git that is started from it to the wrong repository.
        foreach (string name in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"])
            start.Environment.Remove(name);
        // The words that are looked for in what tools say are English.
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["LC_ALL"] = "C";

        using Process process = Start(start);
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new Tool(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            using var deadline = new CancellationTokenSource(s_endPatience);
            await process.WaitForExitAsync(deadline.Token);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ComparisonException($"'{start.FileName}' cannot be started: {e.Message}");
        }
    }
}
