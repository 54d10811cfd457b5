using System.CommandLine;
using EndToEnd.Results;

namespace EndToEnd.Commands;

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
