using System.Diagnostics;
using System.Globalization;

namespace EndToEnd.Peers;

/// <summary>Another process of this program, seen from the one that directs it.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_exitPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _name;

    private Peer(Process process, string name)
    {
        _process = process;
        _name = name;
    }

    /// <summary>This version of the program.</summary>
    public static string OwnExecutable => ExecutableIn(AppContext.BaseDirectory);

    /// <summary>The program in a directory where it was built.</summary>
    public static string ExecutableIn(string directory) =>
        Path.Combine(directory, nameof(EndToEnd) + (OperatingSystem.IsWindows() ? ".exe" : ""));

    /// <summary>Starts the process and waits until its part has started.</summary>
    public static async Task<Peer> StartAsync(PartSpec part, CancellationToken cancellationToken, string? executable = null)
    {
        var start = new ProcessStartInfo(executable ?? OwnExecutable, ["peer", part.Name, .. part.Arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var peer = new Peer(Process.Start(start)!, part.Name);
        try
        {
            string answer = await peer.ReadAsync(TimeSpan.Zero, cancellationToken);
            return answer == Requests.Ready ? peer
                : throw new InvalidOperationException($"{part.Name} said '{answer}' instead of '{Requests.Ready}'.");
        }
        catch
        {
            // It may wait for others that will no longer come, and holds nothing yet.
            peer._process.Kill();
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<double[]> AskAsync(string request, CancellationToken cancellationToken, TimeSpan duration = default)
    {
        string seconds = duration.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        await _process.StandardInput.WriteLineAsync($"{request} {seconds}".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return Requests.Parse(await ReadAsync(duration, cancellationToken));
    }

    /// <summary>Sends a request and takes the one figure of its answer.</summary>
    public async Task<double> AskOneAsync(string request, CancellationToken cancellationToken) =>
        (await AskAsync(request, cancellationToken))[0];

    /// <summary>Lets the process end, or ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var deadline = new CancellationTokenSource(s_exitPatience);
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private async Task<string> ReadAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(duration + s_patience);
        try
        {
            return await _process.StandardOutput.ReadLineAsync(deadline.Token)
                ?? throw new InvalidOperationException($"The process of {_name} ended; standard error tells why.");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_name} did not answer within {duration + s_patience}.", e);
        }
    }
}

/// <summary>The lines between the program and its peers: one request, one answer.</summary>
internal static class Requests
{
    /// <summary>With seconds: short rounds for so long, whose figures do not count.</summary>
    public const string WarmUp = "warm-up";

    /// <summary>With seconds: one round.</summary>
    public const string Run = "run";

    /// <summary>Bytes that this process has allocated so far.</summary>
    public const string Allocated = "allocated";

    /// <summary>Managed bytes in use after a full collection.</summary>
    public const string Memory = "memory";

    /// <summary>Bytes of this process's segments of shared memory that are resident.</summary>
    public const string SharedMemory = "shared-memory";

    /// <summary>Milliseconds of processor time so far.</summary>
    public const string Cpu = "cpu";

    /// <summary>Everything that this process has used so far.</summary>
    public const string Counters = "counters";

    /// <summary>Counts system calls as well from now on.</summary>
    public const string CountCalls = "count-calls";

    public const string Ready = "ready";

    public static string Format(IEnumerable<double> figures) =>
        string.Join(' ', figures.Select(static figure => figure.ToString("R", CultureInfo.InvariantCulture)));

    public static double[] Parse(string figures) =>
        [.. figures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static figure => double.Parse(figure, CultureInfo.InvariantCulture))];
}
