using System.Diagnostics;
using System.Text;

namespace CrossChannels.TestChild.Checked;

/// <summary>A file that has what this process did even if it is killed the next moment: every line is written at once.</summary>
internal sealed class CheckJournal(string path) : IDisposable
{
    private readonly Lock _sync = new();
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>The clock of every journal on this machine.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public void Write(CheckEvent what, string name, long item = 0, long sequence = 0, int deliveries = 0, long begun = 0)
    {
        // The time is that of the call: a writer's word for a moment before what follows, a reader's for one after what it was given.
        var entry = new CheckEntry(Now, what, name, item, sequence, deliveries, begun);
        byte[] line = Encoding.ASCII.GetBytes($"{entry}\n");
        lock (_sync)
            _file.Write(line);
    }

    /// <summary>Reads the journal of a process that is gone. One that was killed may have left half a line.</summary>
    public static List<CheckEntry> Load(string path)
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(CheckEntry.Parse)];
    }

    public void Dispose() => _file.Dispose();
}
