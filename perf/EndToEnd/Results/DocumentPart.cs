namespace EndToEnd.Results;

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
