using System.Security.Cryptography;
using System.Text;

namespace CrossChannels.Serialization;

/// <summary>The rules for the strings of an <see cref="ItemContract"/>.</summary>
internal static class ContractText
{
    /// <summary>The most bytes of UTF-8 that one string may have.</summary>
    public const int MaxBytes = 256;

    private const int HashCharacters = 16;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text itself if it fits, else its beginning and a hash of the whole.</summary>
    public static string Fit(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxBytes)
            return text;

        string hash = Hash(text);
        var kept = new StringBuilder(MaxBytes);
        int room = MaxBytes - hash.Length - 1;
        foreach (Rune rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            kept.Append(rune);
        }

        return kept.Append('#').Append(hash).ToString();
    }

    /// <summary>Sixteen hexadecimal digits that are the same in every process.</summary>
    public static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashCharacters];

    /// <summary>Checks a name that the user chose.</summary>
    /// <exception cref="ArgumentException">It is empty, has a control character, or is not valid UTF-16.</exception>
    public static string Check(string text, string what)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new ArgumentException($"{what} must not be empty.", what);
        if (text.Any(char.IsControl))
            throw new ArgumentException($"{what} must not contain control characters: \"{PeerText.Show(text)}\".", what);
        try
        {
            s_strict.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"{what} contains half of a surrogate pair.", what, e);
        }

        return text;
    }
}
