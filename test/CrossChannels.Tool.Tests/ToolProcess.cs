using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossChannels.Tool.Tests;

/// <summary>The real tool in a process of its own. Disposing kills it.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly StringBuilder _errorLines = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ToolProcess(Process process)
    {
        _process = process;
        _errors = ReadErrorsAsync();
    }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    public static ToolProcess Start(params string[] arguments)
    {
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var start = new ProcessStartInfo(Path.Combine(root, "dotnet"), ["exec", Path.Combine(AppContext.BaseDirectory, "CrossChannels.Tool.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>A hub that listens.</summary>
    public static async Task<ToolProcess> StartHubAsync(string address, params string[] arguments)
    {
        ToolProcess hub = Start(["hub", address, .. arguments]);
        await hub._listening.Task.Done($"the hub at {address} to listen");
        return hub;
    }

    /// <summary>Runs the tool to its end.</summary>
    public static async Task<Result> RunAsync(string input, params string[] arguments)
    {
        using ToolProcess tool = Start(arguments);
        await tool.Input.WriteAsync(input);
        tool.Input.Close();
        return await tool.FinishAsync();
    }

    public async Task<Result> FinishAsync()
    {
        string output = await Output.ReadToEndAsync().Done($"the output of process {Id}");
        await _process.WaitForExitAsync().Done($"process {Id} to exit");
        return new Result(_process.ExitCode, output, await _errors.Done($"the errors of process {Id}"));
    }

    public void Signal(int signal) => Signals.Send(Id, signal);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task<string> ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _errorLines.Append(line).Append('\n');
            if (line.Contains("listening at", StringComparison.Ordinal))
                _listening.TrySetResult();
        }
        _listening.TrySetException(new InvalidOperationException(_errorLines.ToString()));
        return _errorLines.ToString();
    }
}

/// <summary>How the tool ended.</summary>
internal sealed record Result(int ExitCode, string Output, string Errors)
{
    public string Succeeded()
    {
        Assert.AreEqual(0, ExitCode, Errors);
        return Output;
    }
}
