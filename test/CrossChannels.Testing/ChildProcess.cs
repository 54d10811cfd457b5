using System.Diagnostics;

namespace CrossChannels.Testing;

/// <summary>A real second process that runs one command of CrossChannels.TestChild. Disposing kills it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = Wait.Deadline;

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ChildProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Its standard output, for a child that says no lines.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Its standard input, likewise.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    public static ChildProcess Start(string command, params string[] arguments) => StartWith([], [command, .. arguments]);

    /// <summary>The same with options for the host, such as <c>--runtimeconfig</c>.</summary>
    public static ChildProcess StartWith(string[] hostOptions, string[] arguments)
    {
        string[] all = ["exec", .. hostOptions, Path.Combine(AppContext.BaseDirectory, "CrossChannels.TestChild.dll"), .. arguments];
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", all)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new(Process.Start(start)!);
    }

    /// <summary>The next line that it says.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(s_deadline)
        ?? throw new InvalidOperationException($"The child said no more. Its errors: {await _errors.WaitAsync(s_deadline)}");

    /// <summary>The next line that it says; null when it says no more.</summary>
    public Task<string?> TryReadLineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(s_deadline);

    /// <summary>All that it says until it goes.</summary>
    public Task<string> ReadToEndAsync() => _process.StandardOutput.ReadToEndAsync().WaitAsync(s_deadline);

    /// <summary>What it complained of, once it is gone.</summary>
    public Task<string> ReadErrorsAsync() => _errors.WaitAsync(s_deadline);

    /// <summary>Waits until it has gone by itself.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_deadline);
        return _process.ExitCode;
    }

    /// <summary>Lets it go, and waits for its exit code.</summary>
    public async Task<int> FinishAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(s_deadline);
        return _process.ExitCode;
    }

    /// <summary>Says a line to it.</summary>
    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Kills it (SIGKILL) at once, without waiting.</summary>
    public void BeginKill() => _process.Kill();

    /// <summary>Kills it (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(s_deadline);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
