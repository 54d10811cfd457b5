using System.Text.Json;
using EndToEnd.Results;

namespace EndToEnd.Reporting;

/// <summary>A result file as one page with charts that needs no other file and no network.</summary>
internal static class HtmlReport
{
    private const string Title = "Performance of CrossChannels";

    // The library first: the other extends it.
    private static readonly string[] s_libraries = ["chart", "chartjs-chart-error-bars"];
    private static readonly string[] s_licences = ["chart", "kurkle-color", "chartjs-chart-error-bars"];

    public static string Of(ResultFile result)
    {
        var body = new HtmlText();
        body.Element("h1", Title).Element("p", result.Machine + ".");
        body.Tag("noscript").Element("p", "The charts need scripts; the tables have all that they show.").Tag("/noscript");
        RowSections.Write(result, body);
        SeriesSection.Write(result, body);
        LatencySection.Write(result, body);

        // Filled from the front to the back in one pass, so that no value is looked at for names.
        string[] pieces = Asset.Read("report.html").Split("{{", StringSplitOptions.None);
        return pieces[0] + string.Concat(pieces.Skip(1).Select(piece =>
        {
            string[] both = piece.Split("}}", 2);
            return Value(both[0], result, body) + both[1];
        }));
    }

    private static string Value(string name, ResultFile result, HtmlText body) => name switch
    {
        "title" => HtmlText.Encode(Title),
        "style" => Asset.Read("report.css"),
        "body" => body.ToString(),
        "result" => JsonSerializer.Serialize(result, ResultJson.Default.ResultFile),
        "libraries" => Libraries(),
        "script" => Asset.Read("report.js"),
        _ => throw new InvalidOperationException($"The page has no value '{name}'."),
    };

    private static string Libraries()
    {
        string licences = string.Join("\n\n", s_licences.Select(static name => Asset.Read($"Vendor/{name}.LICENSE.txt").Trim()));
        return $"<script>\n/*\n{licences}\n*/\n</script>\n" + string.Concat(s_libraries.Select(static name => $"<script>\n{WithoutMap(Asset.Read($"Vendor/{name}.umd.min.js"))}\n</script>\n"));
    }

    /// <summary>Without the comment that has tools ask for a file which is not there.</summary>
    private static string WithoutMap(string script) =>
        string.Join('\n', script.Split('\n').Where(static line => !line.StartsWith("//# sourceMappingURL", StringComparison.Ordinal))).Trim();
}
