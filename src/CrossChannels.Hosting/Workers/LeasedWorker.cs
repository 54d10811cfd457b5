using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting;

/// <summary>Takes leases and has them worked on, so many at a time. When its host stops it takes nothing new, finishes what it has, and gives the rest back.</summary>
internal sealed class LeasedWorker<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler> : BackgroundService
    where THandler : class, ILeaseHandler<T>
{
    private readonly string _name;
    private readonly LeasedWorkerOptions<T> _options;
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;
    private readonly HostedChannelReader<Lease<T>> _reader;
    private readonly DeadLetterWriter<T> _deadLetters;
    private readonly CancellationTokenSource _timeUp = new();

    // Handlers may outlive the host that is disposed.
    private readonly CancellationToken _isTimeUp;

    public LeasedWorker(string name, LeasedWorkerOptions<T> options, HostingContext context)
    {
        _name = name;
        _isTimeUp = _timeUp.Token;
        _options = options;
        _scopes = context.Services.GetRequiredService<IServiceScopeFactory>();
        _logger = context.LoggerOf($"CrossChannels.Worker.{name}");
        _reader = new HostedChannelReader<Lease<T>>(
            name,
            "leased reader",
            "CrossChannels.Worker",
            options,
            async (address, connection, cancellationToken) =>
                await CrossChannel.OpenLeasedReaderAsync(address, options.Items, connection, cancellationToken).ConfigureAwait(false),
            context);
        _deadLetters = new DeadLetterWriter<T>(options);
    }

    internal IHostedEnd End => _reader.End;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Handlers at work are left alone until the host's time is up.
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static timeUp => ((CancellationTokenSource)timeUp!).Cancel(), _timeUp);
        await using (registration.ConfigureAwait(false))
            await base.StopAsync(cancellationToken).ConfigureAwait(false);
        // The wait may have ended before the registration was run.
        if (cancellationToken.IsCancellationRequested)
            await _timeUp.CancelAsync().ConfigureAwait(false);
        // What this reader still has goes back to the hub with it.
        await End.StopAsync(cancellationToken).ConfigureAwait(false);
        await _deadLetters.CloseAsync().ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _timeUp.Dispose();
        _deadLetters.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(() => WorkAsync(stoppingToken), CancellationToken.None)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                (Lease<T> lease, CancellationToken lost) = await _reader.ReadFromAsync(stopping).ConfigureAwait(false);
                await HandleAsync(lease, lost).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ChannelClosedException)
            {
                // Completed: all the work is done. Why a channel is over otherwise has been logged where it was seen.
                return;
            }
            catch (ItemUnreadableException e)
            {
                // The hub gives it to another, or to the dead letters.
                HostingLog.LeaseUnreadable(_logger, _name, e);
            }
        }
    }

    private async Task HandleAsync(Lease<T> lease, CancellationToken lost)
    {
        using Lease<T> settling = lease;
        var context = new LeaseContext(_name, lease.DeliveryCount);
        LeaseFailureAction action;
        using Activity? activity = WorkerTracing.StartProcess(context, End.Address, lease.TraceContext);
        try
        {
            using var isVain = CancellationTokenSource.CreateLinkedTokenSource(_isTimeUp, lost);
            AsyncServiceScope scope = _scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                THandler handler = scope.ServiceProvider.GetRequiredService<THandler>();
                await handler.HandleAsync(lease.Item, context, isVain.Token).ConfigureAwait(false);
            }
            action = LeaseFailureAction.Complete;
        }
        catch (OperationCanceledException) when (_isTimeUp.IsCancellationRequested || lost.IsCancellationRequested)
        {
            HostingLog.LeaseGivenBack(_logger, _name, context.DeliveryCount);
            return;
        }
        catch (Exception e)
        {
            WorkerTracing.Failed(activity, e);
            action = Decide(e, context);
            HostingLog.LeaseFailed(_logger, _name, context.DeliveryCount, action, e);
        }
        await SettleAsync(lease, action).ConfigureAwait(false);
    }

    private LeaseFailureAction Decide(Exception error, LeaseContext context)
    {
        try
        {
            return _options.OnFailure(error, context);
        }
        catch (Exception e)
        {
            HostingLog.OnFailureFailed(_logger, _name, e);
            return LeaseFailureAction.Abandon;
        }
    }

    [SuppressMessage("Usage", "VSTHRD103:Call async methods when in an async method", Justification = "Settlements travel together; to wait for each would cost a round trip an item.")]
    private async Task SettleAsync(Lease<T> lease, LeaseFailureAction action)
    {
        try
        {
            switch (action)
            {
                case LeaseFailureAction.Complete:
                    lease.Complete();
                    break;
                case LeaseFailureAction.DeadLetter:
                    // There first: a death in between leaves it at both places, and never at none.
                    await _deadLetters.WriteAsync(lease.Item, _isTimeUp).ConfigureAwait(false);
                    lease.Complete();
                    break;
                default:
                    lease.Abandon();
                    break;
            }
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException or OperationCanceledException)
        {
            HostingLog.LeaseNotSettled(_logger, _name, action, e);
        }
    }
}
