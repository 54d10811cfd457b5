using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using CrossChannels;

namespace ParallelGzip;

/// <summary>What one command line asks for, from the input to the report.</summary>
internal sealed class Job(CommandLine commandLine)
{
    private readonly string _input = commandLine.Input ?? RuntimeEnvironment.GetRuntimeDirectory();
    private readonly bool _isDemonstration = commandLine is { Input: null, Output: null };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string output = commandLine.Output ?? (_isDemonstration
            ? Path.Combine(Path.GetTempPath(), $"parallel-gzip-{Guid.NewGuid():N}.tar.gz")
            : _input.TrimEnd(Path.DirectorySeparatorChar) + (Directory.Exists(_input) ? ".tar.gz" : ".gz"));
        if (_input != CommandLine.StandardInput && !Path.Exists(_input))
            throw new FileNotFoundException($"{_input} does not exist.");
        await using var file = new OutputFile(output, commandLine.Force, _input);

        Result result = await CompressAsync(progress => StartProcessesAsync(progress, cancellationToken), output, file.Stream, "processes", cancellationToken);
        Say($"input       {_input}, {result.Read:N0} bytes");
        Say($"output      {output}, {result.Written:N0} bytes, ratio {(result.Written == 0 ? 0 : (double)result.Read / result.Written):N2}");
        Say($"processes   {result.Effort}; at most {Size.Text(Process.GetCurrentProcess().PeakWorkingSet64)} of memory in this process");

        if (commandLine.Compare)
            await CompareAsync(file.Stream, output, cancellationToken);
        if (commandLine.Verify || _isDemonstration)
        {
            await Verification.RunAsync(file.Stream.Name, result.ReadHash, cancellationToken);
            Say($"verified    the decompressed content has the SHA-256 of the input, {Convert.ToHexStringLower(result.ReadHash)}");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_isDemonstration)
            Say("deleted     the output was temporary; give INPUT, or -o FILE, to keep it (see --help)");
        else
            await file.CommitAsync();
    }

    /// <summary>The same pipeline with the channels of one process. Its turn is second, when the input is in the system's cache.</summary>
    private async Task CompareAsync(FileStream withProcesses, string output, CancellationToken cancellationToken)
    {
        await using var file = new OutputFile($"{output}.in-process", replace: true, _input);
        Result inProcess = await CompressAsync(
            _ => Task.FromResult<IWorkers>(new InProcessWorkers(commandLine.Workers, commandLine.Level)), output, file.Stream, "in process", cancellationToken);
        Say($"in process  {inProcess.Effort}");
        if (await HashAsync(withProcesses) != await HashAsync(file.Stream))
            throw new InvalidDataException("The two outputs differ: the input may have changed meanwhile.");
        Say("compared    both outputs have the same bytes");

        async Task<string> HashAsync(FileStream written)
        {
            await using FileStream reading = new(written.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(reading, cancellationToken));
        }
    }

    private async Task<Result> CompressAsync(
        Func<Progress, Task<IWorkers>> startWorkers, string output, FileStream file, string title, CancellationToken cancellationToken)
    {
        await using Input input = await Input.OpenAsync(_input, [output, file.Name, OutputFile.PartialPath(output)], cancellationToken);
        using var source = new BlockSource(input.Stream);
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        await using var progress = new Progress(title, input.Length);
        await using IWorkers workers = await startWorkers(progress);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, workers.Lost);
        try
        {
            await Pipeline.RunAsync(source, workers, file, progress, stop.Token);
            await file.FlushAsync(cancellationToken);
            TimeSpan cpu = await workers.FinishAsync() + Environment.CpuUsage.TotalTime - cpuBefore;
            return new Result(source.Bytes, source.Hash, progress.BytesWritten, progress.Elapsed, cpu);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsOfWorker(e, workers))
        {
            throw workers.WhyLost ?? new WorkerLostException($"a worker failed: {(e.InnerException ?? e).Message}");
        }
    }

    private async Task<IWorkers> StartProcessesAsync(Progress progress, CancellationToken cancellationToken)
    {
        WorkerProcesses workers = await WorkerProcesses.StartAsync(commandLine.Workers, commandLine.Level, progress, cancellationToken);
        if (commandLine.KillOne)
            progress.OnMiddle(workers.KillOne);
        return workers;
    }

    /// <summary>Whether an error is what the loss of the workers looks like: a channel ended, or the watch on them canceled the job.</summary>
    private static bool IsOfWorker(Exception e, IWorkers workers) =>
        e is ChannelClosedException or CrossChannelException || (e is OperationCanceledException && workers.Lost.IsCancellationRequested);

    private static void Say(string line) => Console.WriteLine(line);

    private sealed record Result(long Read, byte[] ReadHash, long Written, TimeSpan Time, TimeSpan Cpu)
    {
        public string Effort =>
            $"{Time.TotalSeconds:N2} s ({Size.Text(Read / Time.TotalSeconds)}/s), {Cpu.TotalSeconds:N2} s of CPU ({Cpu / Time:N1} processors)";
    }
}
