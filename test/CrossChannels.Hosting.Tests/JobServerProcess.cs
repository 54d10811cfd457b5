using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossChannels.Hosting.Tests;

/// <summary>One process of docs/samples/JobServer. Disposing kills it.</summary>
internal sealed class JobServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _role;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private JobServerProcess(Process process, string role)
    {
        _process = process;
        _role = role;
        process.OutputDataReceived += OnLine;
        process.ErrorDataReceived += OnLine;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ended.TrySetResult();
    }

    public int Id => _process.Id;

    /// <summary>Starts one; done when it says that it has started.</summary>
    public static async Task<JobServerProcess> StartAsync(string role, params string[] arguments)
    {
        string directory = Repository.OutputOfSample("JobServer");
        var start = new ProcessStartInfo(Path.Combine(directory, "JobServer"), [role, .. arguments])
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var process = new JobServerProcess(Process.Start(start)!, role);
        try
        {
            await process.WaitForLineAsync("Application started");
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a line that contains a text.</summary>
    public async Task<string> WaitForLineAsync(string text)
    {
        string? found = null;
        await Wait.Until(() => (found = _lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal))) is not null || _ended.Task.IsCompleted, $"JobServer {_role} to say '{text}'");
        return found ?? throw new AssertFailedException($"JobServer {_role} ended without saying '{text}':\n{Said()}");
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _ended.Task.WaitAsync(s_deadline);
    }

    /// <summary>Sends SIGTERM, and expects it to end in order.</summary>
    public async Task TerminateAsync()
    {
        Signals.Send(Id, 15);
        await _ended.Task.WaitAsync(s_deadline);
        await _process.WaitForExitAsync().WaitAsync(s_deadline);
        Assert.AreEqual(0, _process.ExitCode, $"JobServer {_role}:\n{Said()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    /// <summary>All that it has said.</summary>
    public string Said() => new StringBuilder().AppendJoin('\n', _lines).ToString();

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
            _lines.Enqueue(text);
    }
}
