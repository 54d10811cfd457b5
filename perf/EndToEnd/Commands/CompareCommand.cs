using System.CommandLine;
using EndToEnd.Comparing;
using EndToEnd.Comparing.Reporting;

namespace EndToEnd.Commands;

/// <summary><c>compare</c>: this version against another of the repository.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var options = new ComparisonOptions();
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the result." };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Where to write the result as Markdown, for a pull request." };
        var command = new Command("compare", "Compares this version with another; ends with 1 if it is slower by more than the threshold.") { json, markdown };
        options.AddTo(command);
        command.SetAction((result, cancellationToken) =>
            ComparisonOptions.RunAsync(() => RunAsync(options.Read(result), result.GetValue(json), result.GetValue(markdown), cancellationToken)));
        return command;
    }

    private static Task<int> RunAsync(ComparisonRequest request, FileInfo? json, FileInfo? markdown, CancellationToken cancellationToken) => request.RunAsync(
        async (comparison, _, _, cores) =>
        {
            ComparisonResult result = await comparison.RunAsync(cores, cancellationToken);
            ComparisonTable.Write(result, Console.Out);
            if (json is not null)
                result.Save(json);
            if (markdown is not null)
                ComparisonMarkdown.Save(result, markdown);
            return result.HasRegression ? ComparisonOptions.Regression : result.HasFailed ? ComparisonOptions.NotCompared : 0;
        },
        cancellationToken);
}
