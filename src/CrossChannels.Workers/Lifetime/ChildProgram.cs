using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using CrossChannels.Links;
using CrossChannels.Threading;
using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Reports;
using CrossChannels.Workers.Starting;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>
/// The process of a worker as its parent has it: started, spoken to over its standard input, and watched until it is gone.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphore has no handle unless one is asked for.")]
internal sealed class ChildProgram
{
    private readonly RankedLock _gate = new(LockRank.WorkerProgram);
    private readonly SemaphoreSlim _speaking = new(1, 1);
    private readonly TaskCompletionSource<int> _exitCode = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;
    private readonly WorkerOptions _options;
    private readonly ILogger? _logger;
    private readonly Process _process;
    private readonly Stream _control;
    private readonly Guid _token;

    // Under the gate.
    private GivenArguments? _given;
    private bool _isGone;

    private WorkerFailedException? _failure;

    /// <param name="name">Its name.</param>
    /// <param name="method">What it is to run, as errors show it.</param>
    /// <param name="options">How it is started.</param>
    public ChildProgram(string name, string method, WorkerOptions options)
    {
        _name = name;
        _options = options;
        _logger = options.Logger;
        _token = FailureServer.Instance.Add(
            $"{name} failed in {method}", failure => Interlocked.CompareExchange(ref _failure, failure, null));
        try
        {
            _process = Process.Start(ChildStart.Create(name, options))!;
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
        GivenArguments given = await arguments.GiveAsync(_name, cancellationToken).ConfigureAwait(false);
        byte[] frame = StartMessage.Create(method, given, _name, _options.ExitOnSignal ?? true, _token);
        bool isGone;
        using (_gate.Enter())
        {
            _given = given;
            isGone = _isGone;
        }
        if (isGone)
            await WithdrawAsync().ConfigureAwait(false);
        await SayAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that it shall end. Done when that is said, or the worker is gone.</summary>
    public Task AskToEndAsync()
    {
        var message = new MessageWriter();
        message.Byte((byte)ControlKind.Cancel);
        return SayAsync(message.ToFrame(), CancellationToken.None);
    }

    public void Kill()
    {
        using (_gate.Enter())
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
            PumpAsync(_options.Output, static process => process.StandardOutput),
            PumpAsync(_options.Error, static process => process.StandardError));
        await _process.WaitForExitAsync().ConfigureAwait(false);
        int code;
        using (_gate.Enter())
        {
            code = _process.ExitCode;
            _isGone = true;
        }
        _exitCode.SetResult(code);
        await output.ConfigureAwait(false);
        FailureServer.Instance.Remove(_token);
        var exit = new WorkerExit(code, _failure);
        WorkerLog.Ended(_logger, _name, ProcessId, exit);
        await WithdrawAsync().ConfigureAwait(false);
        Release();
        return exit;
    }

    private void Release()
    {
        // The streams that were used are not the process's to close.
        _control.Dispose();
        if (_options.Output is not null)
            _process.StandardOutput.Dispose();
        if (_options.Error is not null)
            _process.StandardError.Dispose();
        _process.Dispose();
    }

    private Task PumpAsync(TextWriter? to, Func<Process, StreamReader> from) =>
        to is null ? Task.CompletedTask : new OutputPump(from(_process), _exitCode.Task).RunAsync(to, _name, _logger);

    /// <summary>Tells those who wait for an end of the worker that it will not come.</summary>
    private async Task WithdrawAsync()
    {
        int code = await _exitCode.Task.ConfigureAwait(false);
        GivenArguments? given;
        using (_gate.Enter())
        {
            given = _given;
            _given = null;
        }
        given?.Withdraw(new ConnectionLostException(
            $"{_name} ended with {new WorkerExit(code)} before it opened its end.", _failure, exitCode: code));
    }
}
