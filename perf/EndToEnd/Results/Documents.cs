using System.Text.RegularExpressions;

namespace EndToEnd.Results;

/// <summary>Parts of a document that a command writes: each between two markers, the first of which says what belongs there.</summary>
/// <remarks><c>&lt;!-- table:begin name --&gt;</c> to <c>&lt;!-- table:end --&gt;</c>, each on a line of its own; without a name it is <see cref="DefaultName"/>.</remarks>
internal static partial class MarkedText
{
    public const string DefaultName = "targets";

    /// <summary>The document with every marked part replaced; the markers stay.</summary>
    /// <exception cref="InvalidDataException">There is no marked part, or a beginning without an end.</exception>
    public static string Replace(string document, Func<string, string> part)
    {
        int begins = Begin().Count(document);
        if (begins == 0)
            throw new InvalidDataException("The document has no <!-- table:begin -->.");
        if (Marked().Count(document) != begins)
            throw new InvalidDataException("The document has a <!-- table:begin --> without its <!-- table:end -->.");
        return Marked().Replace(document, match =>
        {
            string name = match.Groups["name"].Value;
            string text = part(name.Length == 0 ? DefaultName : name).ReplaceLineEndings("\n").Trim('\n');
            return $"{match.Groups["begin"].Value}\n{text}\n{match.Groups["end"].Value}";
        });
    }

    [GeneratedRegex("^<!-- table:begin", RegexOptions.Multiline, 1000)]
    private static partial Regex Begin();

    // No part reaches over the beginning of another.
    [GeneratedRegex(
        "(?<begin>^<!-- table:begin *(?<name>[a-z]*) *-->)(?=\r?$)((?!^<!-- table:begin).)*?(?<end>^<!-- table:end -->)(?=\r?$)",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Marked();
}

/// <summary>What a marked part of a document can show of a result file.</summary>
internal static class DocumentPart
{
    public const string Machine = "machine";
    public const string Targets = MarkedText.DefaultName;
    public const string Peers = "peers";
    public const string Growth = "growth";
    public const string Latency = "latency";

    /// <exception cref="InvalidDataException">There is no such part.</exception>
    public static string Of(ResultFile result, string name)
    {
        using var output = new StringWriter { NewLine = "\n" };
        switch (name)
        {
            case Machine:
                output.WriteLine($"{result.Machine}.");
                break;
            case Targets:
                Markdown.WriteTargets(result, output);
                break;
            case Peers:
                Markdown.WritePeers(result, output);
                break;
            case Growth:
                Markdown.WriteSeries(result.Series ?? [], output);
                break;
            case Latency when result.Latency is { } latency:
                Markdown.WriteLatency(latency, output);
                break;
            case Latency:
                output.WriteLine("Not measured.");
                break;
            default:
                throw new InvalidDataException($"A document cannot show '{name}'; it can show {Machine}, {Targets}, {Peers}, {Growth} and {Latency}.");
        }
        return output.ToString();
    }
}
