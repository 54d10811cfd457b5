using System.Diagnostics;
using System.Globalization;
using CrossChannels;

namespace ManyMachines;

/// <summary>Makes the channels, starts the processes, does them harm, and checks that the result is complete.</summary>
internal static class Conductor
{
    private const int Count = 60;
    private const int Workers = 3;

    public static async Task<int> RunAsync(IEngine engine)
    {
        string file = Path.GetTempFileName();
        List<Process> processes = [];
        try
        {
            await using LeasedChannel<int> jobs = await engine.MakeJobsAsync("jobs");
            await using SharedChannel<Result> results = await engine.MakeResultsAsync("results");
            await using CrossLock gate = await engine.MakeLockAsync("gate");
            processes.Add(Start("produce", engine.AddressOf("jobs"), Count.ToString(CultureInfo.InvariantCulture)));
            for (int i = 0; i < Workers; i++)
                processes.Add(Start("work", engine.AddressOf("jobs"), engine.AddressOf("results"), engine.AddressOf("gate"), file));

            var squares = new Dictionary<int, long>();
            int twice = 0;
            while (squares.Count < Count)
            {
                Result result = await results.Reader.ReadAsync();
                if (!squares.TryAdd(result.Number, result.Square))
                    twice++;
                if (squares.Count == Count / 4 && processes[^1] is { HasExited: false } victim)
                {
                    victim.Kill();
                    await Console.Out.WriteLineAsync($"{squares.Count} results; a worker is killed");
                }
                if (squares.Count == Count / 2 && result.Number == squares.Keys.Last() && await engine.TryRestartAsync())
                    await Console.Out.WriteLineAsync($"{squares.Count} results; the server is killed and started again");
            }
            foreach (Process process in processes)
                await process.WaitForExitAsync();
            bool isRight = squares.All(static pair => pair.Value == (long)pair.Key * pair.Key);
            bool doRise = Rise(await File.ReadAllLinesAsync(file));
            await Console.Out.WriteLineAsync(
                $"{squares.Count} of {Count} results, {(isRight ? "all right" : "some wrong")}; {twice} came twice; the lock's tokens {(doRise ? "only rose" : "did not only rise")}");
            return isRight && doRise ? 0 : 1;
        }
        finally
        {
            foreach (Process process in processes)
            {
                if (!process.HasExited)
                    process.Kill();
                process.Dispose();
            }
            File.Delete(file);
        }
    }

    private static bool Rise(string[] lines)
    {
        long last = 0;
        foreach (string line in lines)
        {
            long token = long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
            if (token <= last)
                return false;
            last = token;
        }
        return true;
    }

    private static Process Start(params string[] arguments)
    {
        // Run as "dotnet ManyMachines.dll", the program is an argument of its host.
        bool isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, isHosted ? [typeof(Conductor).Assembly.Location, .. arguments] : arguments) { UseShellExecute = false })!;
    }
}
