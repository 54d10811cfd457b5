using System.Diagnostics;
using System.Globalization;
using EndToEnd.Counters;
using EndToEnd.Machine;

namespace EndToEnd.Peers;

/// <summary>A process that plays one part and obeys requests on standard input until that ends.</summary>
/// <remarks>The main thread waits for requests, and no thread of the pool: the pool belongs to what is measured.</remarks>
internal static class PeerHost
{
    public const int FailureCode = 3;

    // A method is compiled anew after 30 calls, which these rounds give it, and the compiler waits for 100 ms of quiet.
    private static readonly TimeSpan s_warmUpRound = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan s_compilation = TimeSpan.FromMilliseconds(150);

    private static volatile bool s_isEnding;

    /// <summary>The scenario is over, and connections may break now.</summary>
    public static bool IsEnding => s_isEnding;

    public static int Run(string name, string[] arguments)
    {
        Part part = new PartSpec(name, arguments).Create();
        Wait(part.StartAsync);
        Console.Out.WriteLine(Requests.Ready);
        while (Console.In.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            double seconds = words.Length > 1 ? double.Parse(words[1], CultureInfo.InvariantCulture) : 0;
            Console.Out.WriteLine(Requests.Format(Answer(part, words[0], seconds)));
        }
        s_isEnding = true;
        Wait(async () => await part.StopAsync());
        return 0;
    }

    private static double[] Answer(Part part, string request, double seconds) => request switch
    {
        Requests.Run => Wait(() => part.RunAsync(TimeSpan.FromSeconds(seconds))),
        Requests.WarmUp => Wait(() => WarmUpAsync(part, TimeSpan.FromSeconds(seconds))),
        Requests.Allocated => [GC.GetTotalAllocatedBytes(precise: true)],
        Requests.Memory => [Memory()],
        Requests.SharedMemory => [SharedMemory()],
        Requests.Cpu => [ProcessClock.Milliseconds()],
        Requests.Counters => CounterReading.Take().ToFigures(),
        Requests.CountCalls => CountCalls(),
        _ => throw new InvalidOperationException($"There is no request '{request}'."),
    };

    private static async Task<double[]> WarmUpAsync(Part part, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
            await part.RunAsync(s_warmUpRound);
        await Task.Delay(s_compilation);
        return await part.RunAsync(s_warmUpRound * 10);
    }

    private static double[] CountCalls()
    {
        CounterReading.CountSystemCalls();
        return [];
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>As the kernel says of this process's mappings; pages that another process has as well count in both.</summary>
    private static long SharedMemory()
    {
        long kilobytes = 0;
        bool isSegment = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
                kilobytes += isSegment ? long.Parse(line.AsSpan()[4..^2].Trim(), CultureInfo.InvariantCulture) : 0;
            else if (line.Contains('-', StringComparison.Ordinal) && !line.StartsWith("VmFlags", StringComparison.Ordinal))
                isSegment = line.Contains("/memfd:crosschannels", StringComparison.Ordinal);
        }
        return kilobytes * 1024;
    }

#pragma warning disable VSTHRD002 // Nothing waits for the main thread.
    private static void Wait(Func<Task> work) => Task.Run(work).GetAwaiter().GetResult();

    private static double[] Wait(Func<Task<double[]>> work) => Task.Run(work).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
