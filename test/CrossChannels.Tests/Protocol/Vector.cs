using System.Globalization;

namespace CrossChannels.Tests.Protocol;

/// <summary>Bytes of the wire with what they mean, as a file in <c>vectors</c> has them.</summary>
/// <param name="Name">Unique in all files.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="Fields">What is decoded, or how to decode it.</param>
public sealed record Vector(string Name, byte[] Bytes, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>A part of the message of the error that the bytes are; null if they are none.</summary>
    public string? Error => Fields.GetValueOrDefault("error");

    /// <summary>The bytes are one of several forms, so that writing gives others.</summary>
    public bool IsOneWay => Fields.ContainsKey("one-way");

    /// <summary>Reads the records of a file: lines of <c>key: value</c>, an empty line after each record, comments after <c>#</c>.</summary>
    public static IEnumerable<Vector> Read(string file)
    {
        string text = File.ReadAllText(Repository.At($"test/CrossChannels.Tests/Protocol/vectors/{file}"));
        foreach (string record in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = record.Split('\n')
                .Where(line => line.Length > 0 && line[0] != '#')
                .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
            if (fields.Remove("name", out string? name) && fields.Remove("hex", out string? hex))
                yield return new Vector(name, FromHex(hex), fields);
        }
    }

    public static byte[] FromHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public int Number(string field) => int.Parse(Fields[field], CultureInfo.InvariantCulture);

    public override string ToString() => Name;
}
