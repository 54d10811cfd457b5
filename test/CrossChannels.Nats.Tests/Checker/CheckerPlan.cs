using System.Globalization;

namespace CrossChannels.Nats.Tests.Checker;

/// <summary>What one run of the checker does, drawn from a seed.</summary>
internal sealed record CheckerPlan
{
    public required int Seed { get; init; }

    /// <summary>How long harm is done, before the channels are completed.</summary>
    public required TimeSpan Duration { get; init; }

    public required int Writers { get; init; }

    public required int Readers { get; init; }

    public required int Capacity { get; init; }

    /// <summary>The server is killed and started again: then it may store an item twice.</summary>
    public required bool KillsServer { get; init; }

    /// <summary>It stands still for less than it leaves items to a silent reader.</summary>
    public required bool StopsServer { get; init; }

    /// <summary>The longest pause between two harms.</summary>
    public required int MostPauseMilliseconds { get; init; }

    public static CheckerPlan Make(int seed, TimeSpan duration)
    {
        var random = new Random(seed);
        return new CheckerPlan
        {
            Seed = seed,
            Duration = duration,
            Writers = 1 + random.Next(2),
            Readers = 2 + random.Next(2),
            Capacity = random.Next(4) switch { 0 => 1 + random.Next(3), 1 => 256, _ => 10 + random.Next(40) },
            KillsServer = random.Next(2) == 0,
            StopsServer = random.Next(2) == 0,
            MostPauseMilliseconds = random.Next(2) == 0 ? 300 : 1200,
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}, {Duration.TotalSeconds:0} s, {Writers} writers, {Readers} readers, capacity {Capacity}{(KillsServer ? ", the server is killed" : "")}{(StopsServer ? ", the server is stopped" : "")}, harm every {MostPauseMilliseconds} ms");
}
