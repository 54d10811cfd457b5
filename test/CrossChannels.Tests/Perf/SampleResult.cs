using EndToEnd.Machine;
using EndToEnd.Results;

namespace CrossChannels.Tests.Perf;

/// <summary>A result file with something of everything, for what is made of one.</summary>
internal static class SampleResult
{
    public static readonly DateTimeOffset Time = new(2024, 2, 29, 12, 30, 15, TimeSpan.Zero);

    public static ResultFile New() => new()
    {
        Machine = new MachineInfo
        {
            Os = "Some OS", Architecture = "X64", Processor = "Some <processor>", Cores = 2, UsedCores = "0,1", MemoryGiB = 8,
            Runtime = ".NET", Gc = "workstation", Load = 0.5, Time = Time, Pairs = 3, SecondsPerSide = 2,
        },
        Rows =
        [
            Row.Of(new RowSpec("tp", "items/s", Direction.AtLeast, 0.8, "Channel<long>"), new Measurement([90, 100, 110], [100, 100, 100])),
            Row.Of(new RowSpec("idle", "ms", Direction.AtMost, 10), new Measurement([1, 2, 3], null)),
            Row.Of(new RowSpec("peer", "us", Direction.AtMost, Against: "a pipe", Note: "no </script> items & more"), new Measurement([20, 20, 20], [10, 10, 10])),
            Row.Skip(new RowSpec("zmq", "items/s", Direction.AtLeast, 3, "libzmq"), "not | installed"),
        ],
        Series =
        [
            new Series
            {
                Id = "payload", Title = "By size", X = "size (B)", Y = "throughput", Unit = "B/s", Time = Time, Rounds = 3, SecondsPerRound = 1,
                Lines = [new SeriesLine("CrossChannels", [SeriesPoint.Of(8, [1e6, 2e6, 3e6]), SeriesPoint.Of(1048576, [4e9])])],
            },
        ],
        Latency = new LatencyResult
        {
            Time = Time, Rounds = 3, SecondsPerRound = 2,
            Lines =
            [
                new LatencyLine
                {
                    Name = "CrossChannels", Load = "1,000 items/s", Offered = 1000, Achieved = 999, Count = 6000,
                    P50 = 30.5, P90 = 41, P99 = 75, P999 = 180, Max = 912, P99Low = 70, P99High = 80, Late99 = 4,
                },
            ],
        },
    };
}
