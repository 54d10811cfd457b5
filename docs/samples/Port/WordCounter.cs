using System.Threading.Channels;

namespace Port;

/// <summary>Counts the words of all lines that come through a channel. It does not know who writes.</summary>
internal static class WordCounter
{
    public static async Task RunAsync(ChannelReader<string> lines, TextWriter report, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        await foreach (string line in lines.ReadAllAsync(cancellationToken))
        {
            foreach (string word in line.Split([' ', ',', '.', ';', ':'], StringSplitOptions.RemoveEmptyEntries))
                counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        foreach ((string word, int count) in counts.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Take(5))
            await report.WriteLineAsync($"{count,6} {word}");
    }
}
