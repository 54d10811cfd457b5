using System.Globalization;

namespace CrossChannels.Tests.Hub;

/// <summary>What one run of the accounting test does, all of it drawn from a seed.</summary>
internal sealed record AccountingPlan
{
    private static readonly TimeSpan s_shortTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longTimeout = TimeSpan.FromSeconds(20);

    public required int Seed { get; init; }

    public required bool IsLeased { get; init; }

    public required string Kind { get; init; }

    /// <summary>0 for unbounded.</summary>
    public required int Capacity { get; init; }

    public required CapacityRelease CapacityRelease { get; init; }

    public required CompletionPolicy Policy { get; init; }

    public required WriterLossPolicy WriterLossPolicy { get; init; }

    public required int Items { get; init; }

    public required bool OwnerReads { get; init; }

    public required bool OwnerWrites { get; init; }

    public required TimeSpan RevokeTimeout { get; init; }

    /// <summary>Items go by shared memory.</summary>
    public required bool IsLane { get; init; }

    public required IReadOnlyList<End> Writers { get; init; }

    public required IReadOnlyList<End> Readers { get; init; }

    /// <summary>An end in a process of its own, and what befalls it.</summary>
    /// <param name="Fate">As the child's command knows it.</param>
    /// <param name="At">At which item.</param>
    /// <param name="Delay">How many spins later, for a kill.</param>
    /// <param name="StopMilliseconds">How long it stands still.</param>
    public sealed record End(string Fate, int At, int Delay, int StopMilliseconds)
    {
        public override string ToString() => Fate == "finish" ? Fate : $"{Fate}@{At}";
    }

    public static AccountingPlan Make(int seed)
    {
        var random = new Random(seed);
        int writers = 1 + random.Next(3), readers = 1 + random.Next(3);
        int items = random.Next(4) == 0 ? 1500 : 20 + random.Next(300);
        bool isAlone = random.Next(4) == 0;
        WriterLossPolicy lost = random.Next(2) == 0 ? WriterLossPolicy.Fault : WriterLossPolicy.Ignore;
        End[] readerEnds = isAlone
            ? [new("finish", 0, 0, 0)]
            : [.. Enumerable.Range(0, readers).Select(_ => Draw(random, items * writers / readers))];
        bool isLeased = random.Next(2) == 0;
        End[] writerEnds = [.. Enumerable.Range(0, writers).Select(_ => Draw(random, items))];
        return new AccountingPlan
        {
            Seed = seed,
            IsLeased = isLeased,
            Kind = random.Next(2) == 0 ? "long" : "bytes",
            Capacity = random.Next(5) switch { 0 => 0, 1 => 1, 2 => 2 + random.Next(6), 3 => 64, _ => 1024 },
            CapacityRelease = random.Next(2) == 0 ? CapacityRelease.Taken : CapacityRelease.Settled,
            Policy = random.Next(3) switch { 0 => CompletionPolicy.Owner, 1 => CompletionPolicy.AnyWriter, _ => CompletionPolicy.LastWriter(writers, lostWriters: lost) },
            WriterLossPolicy = lost,
            Items = items,
            // Somebody has to read to the end.
            OwnerReads = !isAlone && (random.Next(3) == 0 || readerEnds.All(static end => end.Fate != "finish")),
            OwnerWrites = random.Next(4) == 0,
            // A busy machine must not make an end that only is slow look like one that stands still.
            RevokeTimeout = writerEnds.Concat(readerEnds).Any(static end => end.Fate == "stop") ? s_shortTimeout : s_longTimeout,
            Writers = writerEnds,
            Readers = readerEnds,
            IsLane = random.Next(2) == 0 && OperatingSystem.IsLinux(),
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsLane ? "shm " : "")}{(IsLeased ? $"leased ({CapacityRelease})" : "plain")} {Kind} capacity {Capacity} {Policy} {WriterLossPolicy}, {Items} items each, writers {string.Join(' ', Writers)}{(OwnerWrites ? " owner" : "")}, readers {string.Join(' ', Readers)}{(OwnerReads ? " owner" : "")}, RevokeTimeout {RevokeTimeout.TotalMilliseconds:N0} ms");

    private static End Draw(Random random, int items)
    {
        string fate = random.Next(8) switch { 0 or 1 => "kill", 2 => "stop", 3 => "leave", 4 => "return", _ => "finish" };
        return new End(fate, random.Next(random.Next(2) == 0 ? 10 : items), random.Next(2) == 0 ? 0 : random.Next(20_000), random.Next(2) == 0 ? random.Next(300) : (int)s_shortTimeout.TotalMilliseconds + random.Next(500));
    }
}
