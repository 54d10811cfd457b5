using System.CommandLine;
using EndToEnd.Reporting;
using EndToEnd.Results;

namespace EndToEnd.Commands;

/// <summary>Makes documents of a result file.</summary>
internal static class ReportCommand
{
    public static Command New()
    {
        var json = new Option<FileInfo>("--json") { Description = "The result file.", Required = true };
        var html = new Option<FileInfo?>("--html") { Description = "Where to write a page with charts." };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Where to write the same as Markdown." };
        var report = new Command("report", "Makes a page with charts, or a Markdown document, of a result file.") { json, html, markdown };
        report.Validators.Add(result =>
        {
            if (result.GetResult(html) is null && result.GetResult(markdown) is null)
                result.AddError("report needs --html or --markdown.");
        });
        report.SetAction(result => Run(ResultFile.Load(result.GetRequiredValue(json)), result.GetValue(html), result.GetValue(markdown)));
        return report;
    }

    private static void Run(ResultFile result, FileInfo? html, FileInfo? markdown)
    {
        if (html is not null)
            Save(html, HtmlReport.Of(result));
        if (markdown is null)
            return;
        using var output = new StringWriter { NewLine = "\n" };
        Markdown.Write(result, output);
        Save(markdown, output.ToString());
    }

    private static void Save(FileInfo file, string text)
    {
        file.Directory?.Create();
        File.WriteAllText(file.FullName, text);
    }
}

/// <summary>Prints a result file as Markdown tables, or puts them where documents have markers for them.</summary>
internal static class TableCommand
{
    public static Command New()
    {
        var json = new Option<FileInfo>("--json") { Description = "The result file.", Required = true };
        var into = new Option<FileInfo[]>("--into") { Description = "Documents whose marked parts are replaced.", AllowMultipleArgumentsPerToken = true };
        into.AcceptExistingOnly();
        var table = new Command("table", "Prints a result file as Markdown tables, or puts them into documents.") { json, into };
        table.SetAction(result => Run(ResultFile.Load(result.GetRequiredValue(json)), result.GetValue(into) ?? []));
        return table;
    }

    private static void Run(ResultFile result, FileInfo[] documents)
    {
        foreach (FileInfo document in documents)
            File.WriteAllText(document.FullName, MarkedText.Replace(File.ReadAllText(document.FullName), name => DocumentPart.Of(result, name)));
        if (documents.Length == 0)
            Markdown.Write(result, Console.Out);
    }
}
