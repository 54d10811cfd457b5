using System.Diagnostics;
using System.Globalization;
using CrossChannels.Workers;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Starts workers whose method only tells when it ran.</summary>
internal sealed class WorkerStarter : Part
{
    public override Task<double[]> RunAsync(TimeSpan duration) => ProcessStarts.RunAsync(StartWorkerAsync, duration);

    private static async Task<long> StartWorkerAsync()
    {
        await using var output = new StringWriter();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(TellTime, new WorkerOptions { Output = output });
        (await worker.WaitForExitAsync()).EnsureSuccess();
        return long.Parse(output.ToString(), CultureInfo.InvariantCulture);
    }

    private static void TellTime()
    {
        long time = Stopwatch.GetTimestamp();
        Console.WriteLine(time);
    }
}
