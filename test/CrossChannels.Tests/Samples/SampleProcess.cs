using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CrossChannels.Tests.Samples;

/// <summary>A sample's executable under way. Disposing kills it and what it started.</summary>
internal sealed class SampleProcess : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly string _mark;

    private SampleProcess(Process process, string mark)
    {
        _process = process;
        _mark = mark;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>The processes that live of it and those that it started.</summary>
    public int[] Living => MarkedProcesses.Find(_mark);

    /// <summary>Runs a sample as its users do, by its own executable.</summary>
    public static SampleProcess Start(string sample, params string[] arguments) => Start(new ProcessStartInfo(PathOf(sample), arguments));

    /// <summary>Runs a sample as <c>dotnet Sample.dll</c>.</summary>
    public static SampleProcess StartByHost(string sample, params string[] arguments) =>
        Start(new ProcessStartInfo(Path.Combine(RuntimeRoot(), "dotnet"), ["exec", PathOf(sample) + ".dll", .. arguments]));

    /// <summary>Runs a sample to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string sample, params string[] arguments)
    {
        using SampleProcess process = Start(sample, arguments);
        return await process.FinishAsync();
    }

    /// <summary>The next line on standard error.</summary>
    public async Task<string> ReadErrorLineAsync() =>
        await _process.StandardError.ReadLineAsync().WaitAsync(Deadline) ?? throw new InvalidOperationException("The sample said no more.");

    public void Kill() => _process.Kill();

    /// <summary>Waits for its end, and for that of every process that it has started: they share its standard error.</summary>
    /// <returns>The errors are what <see cref="ReadErrorLineAsync"/> has left.</returns>
    public async Task<(int ExitCode, string Output, string Errors)> FinishAsync()
    {
        string errors = await _process.StandardError.ReadToEndAsync().WaitAsync(Deadline);
        string output = await _output.WaitAsync(Deadline);
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        return (_process.ExitCode, output, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static SampleProcess Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["DOTNET_ROOT"] = RuntimeRoot();
        string mark = Guid.NewGuid().ToString("N");
        start.Environment[MarkedProcesses.Variable] = mark;
        return new SampleProcess(Process.Start(start)!, mark);
    }

    private static string PathOf(string sample) => Path.Combine(Repository.OutputOfSample(sample), sample);

    private static string RuntimeRoot() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
