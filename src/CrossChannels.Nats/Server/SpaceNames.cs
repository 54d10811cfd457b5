using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CrossChannels.Nats.Server;

/// <summary>The names of a space's streams and subjects.</summary>
internal sealed class SpaceNames(string space)
{
    /// <summary>The only consumer of a channel's stream.</summary>
    public const string Consumer = "r";

    /// <summary>Ahead of the subjects of answers and pulls; not the client's inbox, by which it would look them up.</summary>
    public const string Answers = "_cc";

    private const int MaxTokenLength = 120;
    private const int HashDigits = 16;
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private const int IdLength = 10;

    public string State { get; } = $"CC-{space}-state";

    public string Locks { get; } = $"CC-{space}-locks";

    /// <summary>Every record of the space.</summary>
    public string[] StateSubjects { get; } = [$"cc.{space}.s.*", $"cc.{space}.w.*.*", $"cc.{space}.e.*", $"cc.{space}.la.*"];

    public string LockSubjects { get; } = $"cc.{space}.l.*";

    public string Courses { get; } = $"cc.{space}.s.*";

    public string ChangedTarget { get; } = $"cc.{space}.h.changed.{{{{wildcard(1)}}}}";

    public string Stream(string channel) => $"CC-{space}-i-{Token(channel)}";

    public string Items(string channel) => $"cc.{space}.i.{Token(channel)}.*";

    public string Items(string channel, string writer) => $"cc.{space}.i.{Token(channel)}.{writer}";

    /// <summary>The subject of a channel that takes no more items: nobody sends there.</summary>
    public string Closed(string channel) => $"cc.{space}.closed.{Token(channel)}";

    public string Course(string channel) => $"cc.{space}.s.{Token(channel)}";

    public string Writer(string channel, string writer) => $"cc.{space}.w.{Token(channel)}.{writer}";

    public string Writers(string channel) => $"cc.{space}.w.{Token(channel)}.*";

    public string Restarts(string channel) => $"cc.{space}.e.{Token(channel)}";

    public string Abandoned(string @lock) => $"cc.{space}.la.{Token(@lock)}";

    /// <summary>What a holder writes for as long as it holds; beside the tickets, so that one server leads both. The token of no name begins like this.</summary>
    public string Beat(string @lock) => $"cc.{space}.l.=h{Token(@lock)}";

    public string Lock(string @lock) => $"cc.{space}.l.{Token(@lock)}";

    public string Changed(string channel) => $"cc.{space}.h.changed.{Token(channel)}";

    public string Full(string channel) => $"cc.{space}.h.full.{Token(channel)}";

    public string Room(string channel) => $"cc.{space}.h.room.{Token(channel)}";

    public string Hungry(string channel) => $"cc.{space}.h.hungry.{Token(channel)}";

    public string LockFreed(string @lock) => $"cc.{space}.h.lock.{Token(@lock)}";

    public string Alive(string client) => $"cc.{space}.alive.{client}";

    /// <summary>The stream of the channel of which this is the record.</summary>
    public string StreamOfCourse(string course) => $"CC-{space}-i-{course[(course.LastIndexOf('.') + 1)..]}";

    /// <summary>A name as one token: other characters than A-Z a-z 0-9 _ - as <c>=hh</c>, and a long one cut, with a hash.</summary>
    public static string Token(string name)
    {
        var token = new StringBuilder(name.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
                token.Append(c);
            else
                token.Append(CultureInfo.InvariantCulture, $"={b:x2}");
        }
        if (token.Length <= MaxTokenLength)
            return token.Length == 0 ? "=" : token.ToString();
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashDigits];
        token.Length = MaxTokenLength;
        return token.Append(hash).ToString();
    }

    /// <summary>A name for a client, a writer or a reader that nobody else has.</summary>
    public static string NewId() => RandomNumberGenerator.GetString(Base32, IdLength);
}
