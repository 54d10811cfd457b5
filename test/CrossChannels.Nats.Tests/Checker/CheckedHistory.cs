using CrossChannels.TestChild.Checked;

namespace CrossChannels.Nats.Tests.Checker;

/// <summary>What one process did, by its own word, and what was done to it.</summary>
/// <param name="Name">How messages name it.</param>
/// <param name="Entries">Its journal.</param>
/// <param name="WasKilled">It did not come to its end by itself.</param>
/// <param name="WasHarmed">It was killed or stopped, or its connection cut or held up.</param>
internal sealed record CheckedProcess(string Name, IReadOnlyList<CheckEntry> Entries, bool WasKilled = false, bool WasHarmed = false);

/// <summary>What all processes of a run did.</summary>
/// <param name="Processes">Each of them.</param>
/// <param name="MayStoreTwice">The server was killed in between: it may have forgotten that it has stored an item, and stored it once more.</param>
/// <param name="WasServerStopped">It stood still in between, so that what was read may have been given to others.</param>
internal sealed record CheckedHistory(IReadOnlyList<CheckedProcess> Processes, bool MayStoreTwice = false, bool WasServerStopped = false)
{
    /// <summary>The events of one kind, with who had them, in the order of their time.</summary>
    public IEnumerable<(CheckedProcess Who, CheckEntry Entry)> Of(CheckEvent what, string name) => Processes
        .SelectMany(process => process.Entries.Where(entry => entry.What == what && entry.Name == name).Select(entry => (process, entry)))
        .OrderBy(static found => found.entry.Time);
}
