using CrossChannels.Workers;

namespace ParallelGzip;

/// <summary>Compresses a file or a folder with worker processes. The same executable is the parent and the workers.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int BadUsage = 2;

    public static async Task<int> Main(string[] args)
    {
        // Needed only where this program was published trimmed or as native code.
        if (WorkerProcess.IsWorker)
            return await WorkerProcess.RunAsync(BlockCompressor.RunAsync);

        using var interruption = new Interruption();
        try
        {
            if (CommandLine.Parse(args) is { } commandLine)
                await new Job(commandLine).RunAsync(interruption.Token);
            else
                await Console.Out.WriteLineAsync(CommandLine.Help);
            return 0;
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"parallel-gzip: {e.Message} See --help.");
            return BadUsage;
        }
        catch (Exception) when (interruption.ExitCode is { } exitCode)
        {
            await Console.Error.WriteLineAsync("parallel-gzip: interrupted; no file was written.");
            return exitCode;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WorkerLostException)
        {
            await Console.Error.WriteLineAsync($"parallel-gzip: {e.Message}");
            return Failure;
        }
    }
}
