using System.Diagnostics;

namespace EndToEnd.Comparing.Versions;

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
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), errors = process.StandardError.ReadToEndAsync(cancellationToken);
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
