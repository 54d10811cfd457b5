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
            return match.Groups["begin"].Value + "\n" + part(name.Length == 0 ? DefaultName : name).ReplaceLineEndings("\n").Trim('\n') + "\n" + match.Groups["end"].Value;
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
