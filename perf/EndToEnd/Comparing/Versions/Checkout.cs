namespace EndToEnd.Comparing.Versions;

/// <summary>The files of another version, in a temporary worktree of git. Disposing removes it.</summary>
internal sealed class Checkout : IAsyncDisposable
{
    // Whoever watches the repository need not know of this.
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
            throw new ComparisonException($"'{reference}' is no commit of the repository {repository}. {found.Errors}".TrimEnd());

        var checkout = new Checkout(repository, found.Output.Trim());
        try
        {
            Tool added = await Tool.RunAsync(
                repository, "git", [.. s_withoutHooks, "worktree", "add", "--detach", "--force", checkout.Source, checkout.Commit], cancellationToken);
            return added.ExitCode == 0 ? checkout : throw new ComparisonException($"git could not check out {reference}: {added.Errors.Trim()}");
        }
        catch
        {
            await checkout.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // It is removed after a cancellation as well, so that none is passed on.
        Tool removed = await Tool.RunAsync(_repository, "git", ["worktree", "remove", "--force", "--force", Source], CancellationToken.None);
        if (_temporary.Exists)
            _temporary.Delete(recursive: true);
        // It was never added, or not wholly: git forgets what has no files.
        if (removed.ExitCode != 0)
            await Tool.RunAsync(_repository, "git", ["worktree", "prune"], CancellationToken.None);
    }
}
