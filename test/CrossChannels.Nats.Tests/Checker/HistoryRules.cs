using System.Globalization;
using CrossChannels.TestChild.Checked;

namespace CrossChannels.Nats.Tests.Checker;

/// <summary>
/// What must hold of every history, whatever was killed, stopped or cut. Each rule compares only what the journals can know: a read counts as later than a settlement if it was begun after that was
/// confirmed.
/// </summary>
internal static class HistoryRules
{
    /// <summary>A settlement that took longer, where the server was killed, may have been asked for again, of a server that had forgotten the delivery until it delivered the item again.</summary>
    private static readonly TimeSpan s_prompt = TimeSpan.FromMilliseconds(100);

    /// <summary>Each way in which a history breaks the rules.</summary>
    public static List<string> Check(CheckedHistory history) =>
    [
        .. CheckItems(history, CheckedEnds.Leased),
        .. CheckItems(history, CheckedEnds.Plain),
        .. CheckItems(history, CheckedEnds.Lone),
        .. CheckLeases(history, CheckedEnds.Leased),
        .. CheckPlain(history, CheckedEnds.Plain),
        .. CheckLone(history, CheckedEnds.Lone),
        .. CheckLock(history, CheckedEnds.Gate),
    ];

    /// <summary>Only what was written comes; what was flushed comes; there is one end, and nothing after it.</summary>
    private static IEnumerable<string> CheckItems(CheckedHistory history, string channel)
    {
        Dictionary<int, long> written = UpTo(history, CheckEvent.Writing, channel), flushed = UpTo(history, CheckEvent.Flushed, channel);
        HashSet<long> read = [];
        foreach ((CheckedProcess who, CheckEntry entry) in history.Of(CheckEvent.Read, channel))
        {
            read.Add(entry.Item);
            if (!written.TryGetValue(WriterOf(entry.Item), out long most) || NumberOf(entry.Item) >= most)
                yield return $"{channel}: {Show(entry.Item)} was read by {who.Name}, and never written";
        }

        // A plain item is taken before it is written down: a process that is killed in between has one that nobody else gets.
        List<string> missing = [.. flushed.SelectMany(writer => Enumerable.Range(0, (int)writer.Value).Select(number => TestChild.NumberedItem.Id(writer.Key, number))).Where(item => !read.Contains(item)).Select(Show)];
        int mayMiss = channel == CheckedEnds.Plain ? history.Processes.Count(static process => process.WasKilled && !process.Entries.Any(static entry => entry.What == CheckEvent.Writing)) : 0;
        if (missing.Count > mayMiss)
            yield return $"{channel}: flushed and lost, where {mayMiss} may be: {string.Join(", ", missing)}";

        List<(CheckedProcess Who, CheckEntry Entry)> ends = [.. history.Of(CheckEvent.Ended, channel)];
        if (ends.Count == 0)
            yield return $"{channel}: nobody saw its end";
        foreach ((CheckedProcess who, CheckEntry entry) in ends.Where(end => end.Entry.Item != (long)EndingKind.Completed))
            yield return $"{channel}: it was completed, and {who.Name} saw it end as {(EndingKind)entry.Item}";
        foreach ((CheckedProcess who, CheckEntry entry) in history.Of(CheckEvent.Read, channel).Where(read => ends.Count > 0 && read.Entry.Begun > ends[0].Entry.Time))
            yield return $"{channel}: {Show(entry.Item)} came to {who.Name} after {ends[0].Who.Name} had seen the end";
    }

    /// <summary>What was settled never comes again; what comes twice says so; the server has the items of each writer in their order.</summary>
    private static IEnumerable<string> CheckLeases(CheckedHistory history, string channel)
    {
        List<(CheckedProcess Who, CheckEntry Entry)> reads = [.. history.Of(CheckEvent.Read, channel)];
        foreach (IGrouping<long, (CheckedProcess Who, CheckEntry Entry)> item in reads.GroupBy(static read => read.Entry.Item))
        {
            if (item.Count(static read => read.Entry.Deliveries == 1) > 1)
                yield return $"{channel}: {Show(item.Key)} came as a first delivery to {Names(item.Where(static read => read.Entry.Deliveries == 1))}";
            long[] places = [.. item.Select(static read => read.Entry.Sequence).Distinct()];
            if (places.Length > 1 && !history.MayStoreTwice)
                yield return $"{channel}: {Show(item.Key)} was stored {places.Length} times, though the server knew it";
        }
        foreach (IGrouping<long, (CheckedProcess Who, CheckEntry Entry)> place in reads.GroupBy(static read => read.Entry.Sequence).Where(static place => place.DistinctBy(static read => read.Entry.Item).Skip(1).Any()))
            yield return $"{channel}: several items had place {place.Key}: {string.Join(", ", place.Select(static read => Show(read.Entry.Item)).Distinct())}";

        Dictionary<long, (CheckedProcess Who, CheckEntry Entry)> settled = [];
        foreach ((CheckedProcess Who, CheckEntry Entry) first in history.Of(CheckEvent.Settled, channel))
            settled.TryAdd(first.Entry.Sequence, first);
        foreach ((CheckedProcess who, CheckEntry entry) in reads)
        {
            if (settled.TryGetValue(entry.Sequence, out (CheckedProcess Who, CheckEntry Entry) by) && entry.Begun > by.Entry.Time && !MayHaveCome(entry, by))
                yield return $"{channel}: {Show(entry.Item)} came to {who.Name} after {by.Who.Name} had settled it";
        }

        // A late settlement counts, and takes back nothing of what was sent to others by then: that says that it is a double.
        bool MayHaveCome(CheckEntry again, (CheckedProcess Who, CheckEntry Entry) by)
        {
            CheckEntry first = reads.Last(read => read.Who == by.Who && read.Entry.Sequence == by.Entry.Sequence && read.Entry.Time <= by.Entry.Time).Entry;
            TimeSpan inTime = history.MayStoreTwice ? s_prompt : CheckedEnds.LeaseTimeout;
            return again.Deliveries > first.Deliveries && by.Entry.Time - first.Time > inTime.TotalNanoseconds;
        }

        // What leaves the channel was settled by somebody.
        HashSet<long> completing = [.. history.Of(CheckEvent.Completing, channel).Select(static begun => begun.Entry.Item)];
        foreach (long item in reads.Select(static read => read.Entry.Item).Distinct().Where(item => !completing.Contains(item)))
            yield return $"{channel}: {Show(item)} was read, settled by nobody, and is gone";

        foreach (IGrouping<int, (long Item, long Place)> writer in reads.GroupBy(static read => read.Entry.Item).Select(static item => (item.Key, item.Min(static read => read.Entry.Sequence))).GroupBy(static item => WriterOf(item.Key)))
        {
            (long Item, long Place) last = (0, 0);
            foreach ((long item, long place) in writer.OrderBy(static item => item.Item))
            {
                if (place < last.Place)
                    yield return $"{channel}: {Show(item)} has place {place}, before {Show(last.Item)} at {last.Place}";
                last = (item, place);
            }
        }
    }

    /// <summary>A plain item comes once, unless its reader was harmed.</summary>
    private static IEnumerable<string> CheckPlain(CheckedHistory history, string channel)
    {
        if (history.MayStoreTwice)
            yield break;
        foreach (IGrouping<long, (CheckedProcess Who, CheckEntry Entry)> item in history.Of(CheckEvent.Read, channel).GroupBy(static read => read.Entry.Item))
        {
            if (item.Count() == 1)
                continue;
            if (item.DistinctBy(static read => read.Who).Count() < item.Count())
                yield return $"{channel}: {Show(item.Key)} came twice to one process: {Names(item)}";
            else if (!history.WasServerStopped && item.Count(static read => !read.Who.WasHarmed && !read.Who.Entries.Any(static entry => entry.What == CheckEvent.StoodStill)) > 1)
                yield return $"{channel}: {Show(item.Key)} came to several processes that nothing befell: {Names(item)}";
        }
    }

    /// <summary>A reader that is alone has the items of each writer in their order, and once.</summary>
    private static IEnumerable<string> CheckLone(CheckedHistory history, string channel)
    {
        Dictionary<int, long> next = [];
        HashSet<long> seen = [];
        foreach ((_, CheckEntry entry) in history.Of(CheckEvent.Read, channel))
        {
            if (!seen.Add(entry.Item))
            {
                if (!history.MayStoreTwice)
                    yield return $"{channel}: {Show(entry.Item)} came twice";
                continue;
            }
            if (NumberOf(entry.Item) != next.GetValueOrDefault(WriterOf(entry.Item)))
                yield return $"{channel}: {Show(entry.Item)} came where number {next.GetValueOrDefault(WriterOf(entry.Item))} of its writer was next";
            next[WriterOf(entry.Item)] = NumberOf(entry.Item) + 1;
        }
    }

    /// <summary>Each token has one holder; tokens rise; nobody else holds before a holder has released, or was told that it lost.</summary>
    private static IEnumerable<string> CheckLock(CheckedHistory history, string name)
    {
        List<(CheckedProcess Who, CheckEntry Entry)> holds = [.. history.Of(CheckEvent.Acquired, name)];
        foreach (IGrouping<long, (CheckedProcess Who, CheckEntry Entry)> token in holds.GroupBy(static hold => hold.Entry.Item).Where(static token => token.Skip(1).Any()))
            yield return $"{name}: token {token.Key} was given to {Names(token)}";
        (CheckedProcess Who, CheckEntry Entry)[] byToken = [.. holds.OrderBy(static hold => hold.Entry.Item)];
        // For each one that was asked for later, the highest token that had been given before.
        (CheckedProcess Who, CheckEntry Entry)? highest = null;
        int given = 0;
        foreach ((CheckedProcess who, CheckEntry entry) in holds.OrderBy(static hold => hold.Entry.Begun))
        {
            for (; given < holds.Count && holds[given].Entry.Time < entry.Begun; given++)
                highest = highest is { } most && most.Entry.Item > holds[given].Entry.Item ? most : holds[given];
            if (highest is { } before && before.Entry.Item >= entry.Item)
                yield return $"{name}: {who.Name} asked after {before.Who.Name} had token {before.Entry.Item}, and got {entry.Item}";
        }
        for (int i = 1; i < byToken.Length; i++)
        {
            (CheckedProcess who, CheckEntry hold) = byToken[i - 1];
            (CheckedProcess nextWho, CheckEntry next) = byToken[i];
            long end = who.Entries.Where(entry => entry.What is CheckEvent.Released or CheckEvent.Lost && entry.Name == name && entry.Item == hold.Item)
                .Select(static entry => entry.Time).DefaultIfEmpty(who.WasKilled ? long.MinValue : long.MaxValue).Min();
            // Nobody promises that one that stands still is told in time: that is what the token is for.
            bool stoodStill = who.Entries.Any(entry => entry.What == CheckEvent.StoodStill && entry.Begun < next.Time && entry.Time > hold.Begun);
            if (next.Time < end && !stoodStill)
                yield return $"{name}: {nextWho.Name} had token {next.Item} while {who.Name} had {hold.Item}, and had not been told that it is lost";
        }
    }

    private static int WriterOf(long item) => (int)(item >> 32);

    private static long NumberOf(long item) => item & uint.MaxValue;

    private static string Show(long item) => string.Create(CultureInfo.InvariantCulture, $"item {NumberOf(item)} of writer {WriterOf(item)}");

    private static string Names(IEnumerable<(CheckedProcess Who, CheckEntry Entry)> found) => string.Join(", ", found.Select(static found => found.Who.Name));

    /// <summary>How far each writer got.</summary>
    private static Dictionary<int, long> UpTo(CheckedHistory history, CheckEvent what, string channel) => history.Of(what, channel)
        .GroupBy(static found => WriterOf(found.Entry.Item)).ToDictionary(static writer => writer.Key, static writer => writer.Max(static found => NumberOf(found.Entry.Item)));
}
