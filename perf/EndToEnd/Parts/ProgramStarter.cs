using System.Diagnostics;
using System.Globalization;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: starts a program whose <c>Main</c> only tells when it ran.</summary>
internal sealed class ProgramStarter : Part
{
    public override Task<double[]> RunAsync(TimeSpan duration) => ProcessStarts.RunAsync(StartProgramAsync, duration);

    private static async Task<long> StartProgramAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "EmptyProgram"))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return long.Parse(output, CultureInfo.InvariantCulture);
    }
}
