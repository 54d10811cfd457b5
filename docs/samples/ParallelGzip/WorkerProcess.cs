using System.Diagnostics;
using System.IO.Compression;
using CrossChannels;

namespace ParallelGzip;

/// <summary>A worker in a process of its own, and the channel to it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly CrossChannel<byte[], byte[]> _link;

    private WorkerProcess(int number, Process process, CrossChannel<byte[], byte[]> link)
    {
        _process = process;
        _link = link;
        Worker = new Worker(number, link);
        Exited = process.WaitForExitAsync();
    }

    public Worker Worker { get; }

    public int Id => _process.Id;

    public Task Exited { get; }

    public static async Task<WorkerProcess> StartAsync(int number, CompressionLevel level, CancellationToken cancellationToken)
    {
        ChannelAddress address = ChannelAddress.Local($"parallel-gzip-{Environment.ProcessId}-{number}-{Guid.NewGuid():N}");
        await using CrossChannelListener<byte[], byte[]> listener =
            await CrossChannel.ListenAsync<byte[], byte[]>(address, BlockChannel.Options, cancellationToken);
        Process process = Process.Start(ThisProgram([WorkerProgram.Argument, address.ToString(), CommandLine.LevelName(level)]))!;
        try
        {
            Task<CrossChannel<byte[], byte[]>> accepted = listener.AcceptAsync(cancellationToken).AsTask();
            await Task.WhenAny(accepted, process.WaitForExitAsync(cancellationToken)).WaitAsync(s_deadline, cancellationToken);
            return accepted.IsCompleted
                ? new WorkerProcess(number, process, await accepted)
                : throw new WorkerLostException($"worker {number} (process {process.Id}) did not start: it {HowItEnded(process.ExitCode)}.");
        }
        catch (Exception e)
        {
            process.Kill();
            process.Dispose();
            throw e is TimeoutException ? new WorkerLostException($"worker {number} did not start within {s_deadline.TotalSeconds} s.") : e;
        }
    }

    /// <summary>Says that no more blocks come, and waits until the worker has ended.</summary>
    /// <returns>Its CPU time.</returns>
    public async Task<TimeSpan> FinishAsync()
    {
        // The system tells the CPU time of a process only while it lives.
        TimeSpan cpuTime = _process.TotalProcessorTime;
        _link.Writer.Complete();
        await _link.Reader.Completion.WaitAsync(s_deadline);
        await _link.DisposeAsync();
        await Exited.WaitAsync(s_deadline);
        return _process.ExitCode == 0 ? cpuTime : throw Describe();
    }

    /// <summary>What became of a worker that has exited too soon.</summary>
    public WorkerLostException Describe()
    {
        long missing = Worker.Given - Worker.Returned - _link.Reader.Count;
        long unreceived = _link.Writer.Ending?.UnreceivedCount ?? 0;
        string end = _link.Reader.Ending?.Cause is RemoteChannelException failure ? $"failed: {failure.RemoteMessage}" : HowItEnded(_process.ExitCode);
        return new WorkerLostException(
            $"worker {Worker.Number} (process {Id}) {end}; " +
            $"of {Worker.Given} blocks given to it {missing} did not come back, and it had not received up to {unreceived} of them.");
    }

    public async ValueTask DisposeAsync()
    {
        _link.Abort("The job is over.");
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
