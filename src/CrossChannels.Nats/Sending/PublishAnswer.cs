using System.Globalization;
using System.Text.Json.Serialization;

namespace CrossChannels.Nats.Sending;

/// <summary>How far a round of items got, as the server's answers say.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Stored">How many of its items, from the first on, are stored.</param>
/// <param name="Error">Why the next one is not, where the server said so.</param>
internal readonly record struct RoundOutcome(RoundOutcomeKind Kind, int Stored = 0, AnswerError? Error = null);

/// <summary>What became of a round.</summary>
internal enum RoundOutcomeKind
{
    /// <summary>The server has told how many of its items it stored.</summary>
    Answered,

    /// <summary>No stream takes the channel's items: it is closed, gone, or elects a leader.</summary>
    NobodyThere,

    /// <summary>No answer will come; some of the items may be stored.</summary>
    Unknown,
}

/// <summary>
/// One round of items: a plain publish of one, or a batch, of which the server stores a prefix. The subject that is answered to names the round, so that a late answer of an
/// earlier one is known as such.
/// </summary>
/// <remarks>
/// A batch's subject for answers is <c>prefix.batch.flow.fail.n.op.$FI</c>: <c>op</c> is 0 for the first item, 1 for each that follows, and 2 for the last, which commits. With
/// <c>fail</c> the server stops at the first item that is missing or refused, and ignores what follows. What is pure here knows neither a connection nor a clock.
/// </remarks>
internal readonly record struct SendRound(string Prefix, string Writer, long Number, int Count)
{
    private const int Flow = 500;

    private string Batch => string.Create(CultureInfo.InvariantCulture, $"{Writer}-{Number}");

    /// <summary>Where the server answers to item <paramref name="index"/>, from 0.</summary>
    public string ReplyTo(int index) => Count == 1
        ? $"{Prefix}.{Batch}"
        : string.Create(CultureInfo.InvariantCulture, $"{Prefix}.{Batch}.{Flow}.fail.{index + 1}.{(index == 0 ? 0 : index == Count - 1 ? 2 : 1)}.$FI");

    /// <summary>Reads an answer.</summary>
    /// <param name="subject">Where it was sent to.</param>
    /// <param name="answer">What it says; null where it says that nobody is there.</param>
    /// <returns>Null if it decides nothing: it is of another round, or only informs.</returns>
    public RoundOutcome? Read(ReadOnlySpan<char> subject, PublishAnswer? answer)
    {
        if (!subject.StartsWith(Prefix, StringComparison.Ordinal) || subject.Length <= Prefix.Length)
            return null;
        ReadOnlySpan<char> rest = subject[(Prefix.Length + 1)..];
        int dot = rest.IndexOf('.');
        if (!(dot < 0 ? rest : rest[..dot]).SequenceEqual(Batch))
            return null;
        if (answer is null)
            return new RoundOutcome(RoundOutcomeKind.NobodyThere);
        // Acknowledgements of a part, gaps and errors within a batch are for information; the answer to its commit counts.
        if (answer.Type is not null)
            return null;
        if (answer.Error is { } error)
        {
            // An error that is not the first item's says that the server does not know the batch, and not what became of those before.
            return IsFirst(rest) ? new RoundOutcome(RoundOutcomeKind.Answered, 0, error) : new RoundOutcome(RoundOutcomeKind.Unknown);
        }
        if (Count == 1)
            return new RoundOutcome(RoundOutcomeKind.Answered, 1);
        return answer.Count is { } count && count <= Count ? new RoundOutcome(RoundOutcomeKind.Answered, (int)count) : null;
    }

    private bool IsFirst(ReadOnlySpan<char> rest) => Count == 1 || rest[(Batch.Length + 1)..].StartsWith($"{Flow}.fail.1.", StringComparison.Ordinal);
}

/// <summary>An answer to a publish, or to a batch.</summary>
internal sealed record PublishAnswer
{
    /// <summary>Of what only informs: <c>ack</c>, <c>gap</c> or <c>err</c>.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("error")]
    public AnswerError? Error { get; init; }

    /// <summary>Where the item, or the last of the batch, stands in the stream.</summary>
    [JsonPropertyName("seq")]
    public ulong Sequence { get; init; }

    /// <summary>How many items of the batch are stored.</summary>
    [JsonPropertyName("count")]
    public long? Count { get; init; }
}

/// <summary>Why the server did not do something.</summary>
internal sealed record AnswerError
{
    [JsonPropertyName("code")]
    public int Code { get; init; }

    [JsonPropertyName("err_code")]
    public int ErrorCode { get; init; }

    [JsonPropertyName("description")]
    public string Description { get; init; } = "";
}
