using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>Finds what UTF-8 cannot carry.</summary>
internal static class Surrogates
{
    private static readonly SearchValues<char> _all =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>Whether the text has half of a surrogate pair.</summary>
    public static bool AnyLone(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAny(_all);
        while (at >= 0)
        {
            text = text[at..];
            if (text.Length < 2 || !char.IsSurrogatePair(text[0], text[1]))
                return true;
            text = text[2..];
            at = text.IndexOfAny(_all);
        }

        return false;
    }
}
