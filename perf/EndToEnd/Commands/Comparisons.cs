using System.CommandLine;
using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing;

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

    private static Task<int> RunAsync(
        ComparisonRequest request, FileInfo? json, FileInfo? markdown, CancellationToken cancellationToken) => request.RunAsync(
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

/// <summary><c>calibrate</c>: the same comparison many times, to show how often it finds what is there, and what is not.</summary>
internal static class CalibrateCommand
{
    private const int MaxRepeats = 10_000;

    public static Command Create()
    {
        var options = new ComparisonOptions();
        var repeat = new Option<int>("--repeat") { Description = "Comparisons, those included that the file has already.", Required = true };
        repeat.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxRepeats)
                result.AddError($"--repeat is 1 to {MaxRepeats}.");
        });
        var runs = new Option<FileInfo>("--runs") { Description = "The file of runs, one a line; goes on where it ends.", Required = true };
        var command = new Command("calibrate", "Compares again and again, and says in how many comparisons a difference was found.") { repeat, runs };
        command.Hidden = true;
        options.AddTo(command);
        command.SetAction((result, cancellationToken) => ComparisonOptions.RunAsync(
            () => RunAsync(
                options.Read(result), result.GetRequiredValue(repeat), new CalibrationLog(result.GetRequiredValue(runs)), cancellationToken)));
        return command;
    }

    private static Task<int> RunAsync(
        ComparisonRequest request, int repeat, CalibrationLog log, CancellationToken cancellationToken) => request.RunAsync(
        async (comparison, old, @new, cores) =>
        {
            string key = $"{old.Commit} {@new.Commit} {(request.IsSelf ? "self " : "")}{comparison.Describe()}";
            for (int done = log.Read(key).Count; done < repeat; done++)
            {
                await Console.Error.WriteLineAsync($"comparison {done + 1} of {repeat}");
                ComparisonResult result = await comparison.RunAsync(cores, cancellationToken);
                if (result.HasFailed)
                    throw new ComparisonException("A comparison failed, which says nothing about differences; it is not counted.");
                log.Append(CalibrationRun.Of(key, result));
            }
            CalibrationSummary.Write([.. log.Read(key).Take(repeat)], Console.Out);
            return 0;
        },
        cancellationToken);
}

/// <summary>The options that comparing once and comparing many times share.</summary>
internal sealed class ComparisonOptions
{
    /// <summary>The exit code if the new version is slower by more than the threshold.</summary>
    public const int Regression = 1;

    /// <summary>The exit code if the comparison could not be made.</summary>
    public const int NotCompared = 2;

    /// <summary>The exit code after Ctrl+C, as shells have it.</summary>
    public const int Canceled = 130;

    private const double MaxMinutes = 24 * 60;
    private const double Percent = 100;

    private readonly Argument<string?> _reference = new("git-ref")
    {
        Description = "The old version: a branch, tag or commit.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _scenario = new("--scenario")
    {
        Description = "Rows to compare, separated by commas, or all; with --quick a few by default.",
        CustomParser = Program.ParseIds,
    };

    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer rounds: under two minutes for the default rows." };
    private readonly Option<double?> _budget = new("--budget") { Description = "Minutes for measuring, without building." };

    private readonly Option<double> _threshold = new("--threshold")
    {
        Description = "The smallest difference that matters, in percent.",
        DefaultValueFactory = static _ => VerdictRule.DefaultThreshold * Percent,
    };

    private readonly Option<bool> _self = new("--self") { Description = "Compares the version with itself: this one, or that of git-ref." };

    public void AddTo(Command command)
    {
        command.Add(_reference);
        foreach (Option option in (Option[])[_scenario, _quick, _budget, _threshold, _self])
            command.Add(option);
        _budget.Validators.Add(result =>
        {
            if (result.GetValue(_budget) is not (> 0 and <= MaxMinutes))
                result.AddError($"--budget is more than 0 and at most {MaxMinutes} minutes.");
        });
        _threshold.Validators.Add(result =>
        {
            if (result.GetValue(_threshold) is not (> 0 and <= Percent))
                result.AddError($"--threshold is more than 0 and at most {Percent} percent.");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(_reference) is null && !result.GetValue(_self))
                result.AddError("Say with which version to compare, or --self.");
        });
    }

    public ComparisonRequest Read(ParseResult result) => new(
        result.GetValue(_reference),
        result.GetValue(_scenario),
        result.GetValue(_quick),
        result.GetValue(_budget) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
        result.GetValue(_threshold) / Percent,
        result.GetValue(_self));

    /// <summary>Says why a comparison cannot be made, in words.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (ComparisonException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return NotCompared;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Canceled; everything was removed.");
            return Canceled;
        }
#pragma warning disable CA1031 // Whatever it is, it is not a regression, which is what the runtime's own exit code would not tell.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync(e.ToString());
            return NotCompared;
        }
    }
}
