using System.Globalization;
using System.Text;

namespace CrossChannels;

/// <summary>Makes text from outside (of a peer, of user code) fit for a message or a log: one line, of bounded length.</summary>
internal static class PeerText
{
    /// <summary>How many characters are shown unless a caller says otherwise.</summary>
    public const int MaxLength = 1000;

    /// <summary>The text, cut to a length, with control, format and separator characters and lone surrogates as <c>\uXXXX</c>.</summary>
    /// <remarks>Text that needs none of this is returned as it is. Applying it twice changes nothing, unless the text was cut.</remarks>
    public static string Show(string? text, int maxLength = MaxLength)
    {
        if (text is null)
            return "";

        int plain = PlainLength(text, Math.Min(text.Length, maxLength));
        if (plain == text.Length)
            return text;

        var shown = new StringBuilder(text, 0, plain, Math.Min(text.Length, maxLength) + 16);
        int at = plain;
        while (at < text.Length && shown.Length < maxLength)
        {
            int length = char.IsSurrogatePair(text, at) ? 2 : 1;
            if (IsPlain(text, at))
                shown.Append(text, at, length);
            else
                AppendEscaped(shown, text.AsSpan(at, length));
            at += length;
        }

        return at == text.Length
            ? shown.ToString()
            : shown.Append(CultureInfo.InvariantCulture, $"... ({text.Length:N0} characters)").ToString();
    }

    /// <summary>What an exception says, also when it cannot: its <see cref="Exception.Message"/> may be user code, and throw.</summary>
    public static string MessageOf(Exception exception)
    {
        try
        {
            return Show(exception.Message);
        }
        catch (Exception e)
        {
            return $"{exception.GetType()} (whose Message throws {e.GetType()})";
        }
    }

    private static int PlainLength(string text, int end)
    {
        int at = 0;
        while (at < end && IsPlain(text, at))
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return Math.Min(at, text.Length);
    }

    private static bool IsPlain(string text, int at) =>
        char.IsAscii(text[at])
            ? !char.IsControl(text[at])
            : CharUnicodeInfo.GetUnicodeCategory(text, at) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static void AppendEscaped(StringBuilder shown, ReadOnlySpan<char> units)
    {
        foreach (char unit in units)
            shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
    }
}
