using System.Diagnostics;

namespace CrossChannels.Nats.Tests;

/// <summary>Finds a nats-server: named in <c>NATS_SERVER</c>, or <c>NATS_SERVER_OLD</c>; in <c>PATH</c>; or where test/nats/get-server.sh puts it.</summary>
internal static class NatsBinary
{
    private static readonly Version s_batches = new(2, 14);
    private static readonly Version s_least = new(2, 10, 27);

    private static readonly Lazy<(string? Path, string Why)> s_new = new(() => Search("NATS_SERVER", static version => version >= s_batches, "2.14 or later"));
    private static readonly Lazy<(string? Path, string Why)> s_old = new(() => Search("NATS_SERVER_OLD", static version => version >= s_least && version < s_batches, "2.10.27 to 2.13"));

    /// <summary>A server, or a test that is skipped and says why.</summary>
    public static string Find(bool isOld)
    {
        (string? path, string why) = (isOld ? s_old : s_new).Value;
        if (path is null)
            Assert.Inconclusive(why);
        return path!;
    }

    private static (string? Path, string Why) Search(string variable, Func<Version, bool> fits, string wanted)
    {
        List<string> seen = [];
        foreach (string path in Candidates(variable))
        {
            if (!File.Exists(path))
                continue;
            if (VersionOf(path) is not { } version)
                seen.Add($"{path} does not say its version");
            else if (!fits(version))
                seen.Add($"{path} is {version}{(version < s_least ? ", which gives settled items again after a restart" : "")}");
            else
                return (path, "");
        }
        string found = seen.Count == 0 ? "" : $" Found: {string.Join("; ", seen)}.";
        return (null, $"These tests need a nats-server, {wanted}: name it in {variable}, or run test/nats/get-server.sh.{found}");
    }

    private static IEnumerable<string> Candidates(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
        {
            yield return named;
            yield break;
        }
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            yield return Path.Combine(directory, "nats-server");
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set
            ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        foreach (string suite in (string[])["sid", "trixie"])
        {
            yield return Path.Combine(cache, "crosschannels", "nats", suite, "usr", "sbin", "nats-server");
            yield return Path.Combine(cache, "crosschannels", "nats", suite, "usr", "bin", "nats-server");
        }
    }

    private static Version? VersionOf(string path)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(path, ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // nats-server: v2.15.1
            return Version.TryParse(text.Split('v').Last().Trim().Split('-')[0], out Version? version) ? version : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
