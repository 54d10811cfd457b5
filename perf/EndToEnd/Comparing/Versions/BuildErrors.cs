using System.Text.RegularExpressions;

namespace EndToEnd.Comparing.Versions;

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
