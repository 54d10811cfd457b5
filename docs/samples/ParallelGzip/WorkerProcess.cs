using System.Diagnostics;
using System.IO.Compression;
using CrossChannels;

namespace ParallelGzip;

/// <summary>A worker in a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly int _number;
    private readonly Process _process;

    private WorkerProcess(int number, Process process)
    {
        _number = number;
        _process = process;
        Exited = process.WaitForExitAsync();
    }

    public int Id => _process.Id;

    public Task Exited { get; }

    /// <summary>What it has used so far; the system tells only while it lives.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            try
            {
                return _process.TotalProcessorTime;
            }
            catch (InvalidOperationException)
            {
                return TimeSpan.Zero;
            }
        }
    }

    /// <summary>Starts this program again; it opens the channels of the hub by itself.</summary>
    public static WorkerProcess Start(int number, ChannelAddress hub, CompressionLevel level) =>
        new(number, Process.Start(ThisProgram([WorkerProgram.Argument, hub.ToString(), CommandLine.LevelName(level)]))!);

    /// <summary>What became of a worker that has exited.</summary>
    public string Describe() => $"worker {_number} (process {Id}) {HowItEnded(_process.ExitCode)}";

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(Exited, Task.Delay(TimeSpan.FromSeconds(5)));
        if (!Exited.IsCompleted)
            _process.Kill();
        await Exited;
        _process.Dispose();
    }

    /// <summary>How to start this program again: as its own executable, or as <c>dotnet ParallelGzip.dll</c>.</summary>
    private static ProcessStartInfo ThisProgram(string[] args)
    {
        string executable = Environment.ProcessPath ?? throw new IOException("The path of this program is not known.");
        return Path.GetFileNameWithoutExtension(executable) == "dotnet"
            ? new ProcessStartInfo(executable, ["exec", Path.Combine(AppContext.BaseDirectory, "ParallelGzip.dll"), .. args])
            : new ProcessStartInfo(executable, args);
    }

    private static string HowItEnded(int exitCode) => exitCode switch
    {
        // On Unix the exit code of a killed process is 128 and the number of the signal.
        129 => "was ended by SIGHUP",
        130 => "was ended by SIGINT",
        134 => "crashed (SIGABRT)",
        137 => "was killed (SIGKILL)",
        139 => "crashed (SIGSEGV)",
        143 => "was ended by SIGTERM",
        > 128 and < 193 when !OperatingSystem.IsWindows() => $"was ended by signal {exitCode - 128}",
        _ => $"ended with exit code {exitCode}",
    };
}
