using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using CrossChannels.Links;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Reports;
using CrossChannels.Workers.Starting;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>The process of a worker as its parent has it: started, spoken to over its standard input, and watched until it is gone.</summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore has no handle unless one is asked for.")]
internal sealed class ChildProgram
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _speaking = new(1, 1);
    private readonly TaskCompletionSource<int> _exitCode = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;
    private readonly WorkerOptions _settings;
    private readonly ILogger? _logger;
    private readonly Process _process;
    private readonly Stream _control;
    private readonly Guid _token;

    // Under the gate.
    private List<TransferTicket> _tickets = [];
    private bool _isGone;

    private WorkerFailedException? _failure;

    public ChildProgram(string name, WorkerOptions settings)
    {
        _name = name;
        _settings = settings;
        _logger = QuietLogger.Over(settings.Logger);
        _token = FailureServer.Instance.Add(failure => Interlocked.CompareExchange(ref _failure, failure, null));
        try
        {
            _process = Process.Start(ChildStart.Create(name, settings))!;
        }
        catch
        {
            FailureServer.Instance.Remove(_token);
            throw;
        }
        ProcessId = _process.Id;
        _control = _process.StandardInput.BaseStream;
        Exited = WatchAsync();
    }

    public int ProcessId { get; }

    /// <summary>Done when the process is gone, its output taken and its failure known.</summary>
    public Task<WorkerExit> Exited { get; }

    /// <summary>Gives the ends among the arguments to the worker, and tells it what to run.</summary>
    public async Task StartMethodAsync(Delegate method, ArgumentList arguments, CancellationToken cancellationToken)
    {
        (byte[] frame, List<TransferTicket> tickets) =
            await StartMessage.CreateAsync(method, arguments, _name, _token, cancellationToken).ConfigureAwait(false);
        bool isGone;
        lock (_gate)
        {
            _tickets = tickets;
            isGone = _isGone;
        }
        if (isGone)
            await WithdrawAsync().ConfigureAwait(false);
        await SayAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that it shall end. Done when that is said, or nobody is there to hear it.</summary>
    public Task AskToEndAsync()
    {
        var message = new MessageWriter();
        message.Byte((byte)ControlKind.Cancel);
        return SayAsync(message.ToFrame(), CancellationToken.None);
    }

    public void Kill()
    {
        lock (_gate)
        {
            if (!_isGone)
                _process.Kill();
        }
    }

    private async Task SayAsync(byte[] frame, CancellationToken cancellationToken)
    {
        await _speaking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _control.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await _control.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is gone, which its exit tells.
        }
        finally
        {
            _speaking.Release();
        }
    }

    private async Task<WorkerExit> WatchAsync()
    {
        using ExitWatch peer = ExitWatch.Begin(ProcessId, _exitCode.Task);
        Task output = Task.WhenAll(
            PumpAsync(_settings.Output, static process => process.StandardOutput),
            PumpAsync(_settings.Error, static process => process.StandardError));
        await _process.WaitForExitAsync().ConfigureAwait(false);
        int code;
        lock (_gate)
        {
            code = _process.ExitCode;
            _isGone = true;
        }
        _exitCode.SetResult(code);
        await output.ConfigureAwait(false);
        FailureServer.Instance.Remove(_token);
        var exit = new WorkerExit(code, _failure);
        if (_logger is not null)
            Log.Ended(_logger, _name, ProcessId, exit);
        await WithdrawAsync().ConfigureAwait(false);
        Release();
        return exit;
    }

    private void Release()
    {
        // The streams that were used are not the process's to close.
        _control.Dispose();
        if (_settings.Output is not null)
            _process.StandardOutput.Dispose();
        if (_settings.Error is not null)
            _process.StandardError.Dispose();
        _process.Dispose();
    }

    private Task PumpAsync(TextWriter? to, Func<Process, StreamReader> from) =>
        to is null ? Task.CompletedTask : new OutputPump(from(_process), _exitCode.Task).RunAsync(to, _name, _logger);

    /// <summary>Tells those who wait for an end of the worker that it will not come.</summary>
    private async Task WithdrawAsync()
    {
        int code = await _exitCode.Task.ConfigureAwait(false);
        List<TransferTicket> tickets;
        lock (_gate)
        {
            tickets = _tickets;
            _tickets = [];
        }
        foreach (TransferTicket ticket in tickets)
            ticket.Withdraw(new ConnectionLostException($"{_name} ended with {new WorkerExit(code)} before it opened its end.", _failure, exitCode: code));
    }
}
