using System.Globalization;
using System.IO.Compression;

namespace ParallelGzip;

/// <summary>What the user asked for.</summary>
internal sealed record CommandLine
{
    public const string Help = """
        Compresses a file, or a folder as a tar archive, with worker processes.

          ParallelGzip [INPUT] [-o FILE] [options]

        INPUT              a file, a folder, or - for standard input (with -o).
                           Without it the folder of the .NET runtime is packed into a temporary file, verified, and the file is deleted.
        -o, --output FILE  where to; default: INPUT.gz or INPUT.tar.gz
        -f, --force        replace FILE if it exists
        -w, --workers N    worker processes, 1 to 1024; default: one a processor
        -l, --level L      fastest, optimal (default) or smallest
            --verify       decompress the result and compare its SHA-256 with that of the input
            --kill-one     kill a worker half-way: the others do its blocks too, and the output is the same
            --compare      do the same once more within this process, and compare time and bytes
        -h, --help         this text

        Exit code: 0 done, 1 failed, 2 the command line is wrong, 130 Ctrl+C, 143 SIGTERM. Whatever fails leaves no file.
        """;

    public const string StandardInput = "-";

    /// <summary>The file or folder; null for the demonstration.</summary>
    public string? Input { get; private init; }

    public string? Output { get; private init; }

    public bool Force { get; private init; }

    public int Workers { get; private init; } = Environment.ProcessorCount;

    public CompressionLevel Level { get; private init; } = CompressionLevel.Optimal;

    public bool Verify { get; private init; }

    public bool Compare { get; private init; }

    public bool KillOne { get; private init; }

    /// <summary>Reads the arguments; null if help is asked for.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static CommandLine? Parse(string[] args)
    {
        var result = new CommandLine();
        for (int i = 0; i < args.Length; i++)
        {
            string arg = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new UsageException($"{arg} needs a value.");
            switch (arg)
            {
                case "-h" or "--help":
                    return null;
                case "-o" or "--output":
                    result = result with { Output = Value() };
                    break;
                case "-f" or "--force":
                    result = result with { Force = true };
                    break;
                case "-w" or "--workers":
                    result = result with { Workers = ParseWorkers(Value()) };
                    break;
                case "-l" or "--level":
                    result = result with { Level = ParseLevel(Value()) };
                    break;
                case "--verify":
                    result = result with { Verify = true };
                    break;
                case "--compare":
                    result = result with { Compare = true };
                    break;
                case "--kill-one":
                    result = result with { KillOne = true };
                    break;
                case ['-', _, ..]:
                    throw new UsageException($"{arg} is no option.");
                default:
                    result = result.Input is null ? result with { Input = arg } : throw new UsageException($"'{arg}' is a second input.");
                    break;
            }
        }

        if (result.Input == StandardInput && (result.Output is null || result.Compare))
            throw new UsageException("Standard input needs -o, and can be read once only, without --compare.");
        return !result.KillOne || result.Workers > 1 ? result : throw new UsageException("--kill-one needs two workers or more (--workers).");
    }

    private static CompressionLevel ParseLevel(string text) => text switch
    {
        "fastest" => CompressionLevel.Fastest,
        "optimal" => CompressionLevel.Optimal,
        "smallest" => CompressionLevel.SmallestSize,
        _ => throw new UsageException($"'{text}' is no level: fastest, optimal or smallest."),
    };

    private static int ParseWorkers(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int workers) && workers is >= 1 and <= 1024
            ? workers
            : throw new UsageException($"'{text}' is no number of workers: 1 to 1024.");
}
