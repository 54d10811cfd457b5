using System.Diagnostics;
using System.Globalization;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Hands requests on to a Python script, which starts the second process itself; this process only waits meanwhile.</summary>
internal sealed class PythonPart(string script, string kind, string capacity) : Part
{
    private Process? _python;

    /// <summary>Why no script can run; null if it can.</summary>
    public static string? WhyNot()
    {
        try
        {
            var start = new ProcessStartInfo("python3", "--version") { UseShellExecute = false, RedirectStandardOutput = true };
            using Process python = Process.Start(start)!;
            python.WaitForExit();
            return python.ExitCode == 0 ? null : $"python3 --version ended with {python.ExitCode}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"python3 does not start: {e.Message}";
        }
    }

    public override async Task StartAsync()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Parts", "Python", script);
        var start = new ProcessStartInfo("python3", ["-B", path, kind, capacity])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _python = Process.Start(start)!;
        string answer = await ReadAsync();
        if (answer != Requests.Ready)
            throw new InvalidOperationException($"{script} said '{answer}' instead of '{Requests.Ready}'.");
    }

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        await _python!.StandardInput.WriteLineAsync($"{Requests.Run} {duration.TotalSeconds.ToString(CultureInfo.InvariantCulture)}");
        await _python.StandardInput.FlushAsync();
        return Requests.Parse(await ReadAsync());
    }

    public override async ValueTask StopAsync()
    {
        if (_python is null)
            return;
        _python.StandardInput.Close();
        await _python.WaitForExitAsync();
        _python.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _python!.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{script} ended.");
}
