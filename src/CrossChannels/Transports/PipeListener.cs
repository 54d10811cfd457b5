using System.IO.Pipes;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Listens on a named pipe of Windows that only this user can open.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PipeListener : ITransportListener
{
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _accepting = new(1);
    private readonly string _name;
    private NamedPipeServerStream _next;
    private int _disposed;

    private PipeListener(ChannelAddress address)
    {
        Address = address;
        _name = PipeName(address.Name!);
        _next = Open(PipeOptions.FirstPipeInstance);
    }

    public ChannelAddress Address { get; }

    /// <summary>Takes the name.</summary>
    /// <exception cref="EndpointException">The name is taken.</exception>
    public static PipeListener Listen(ChannelAddress address)
    {
        try
        {
            return new PipeListener(address);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EndpointException(
                $"Cannot listen at {address} (pipe '{PipeName(address.Name!)}'): {e.Message} Is a process already listening there?", e)
            {
                IsInUse = true,
            };
        }
    }

    /// <summary>The system's name: pipes of all users share one name space, so the user is in it.</summary>
    public static string PipeName(string name) => $"CrossChannels-{Environment.UserName}-{name}";

    public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _accepting.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                await _next.WaitForConnectionAsync(either.Token).ConfigureAwait(false);
                NamedPipeServerStream connected = _next;
                // The next one is there before this one can be closed, and the name is never free.
                _next = Open(PipeOptions.None);
                return new PipeConnection(connected, $"pipe:{Address.Name}");
            }
            finally
            {
                _accepting.Release();
            }
        }
        catch (OperationCanceledException e) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException($"The listener at {Address} was disposed.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{Address} cannot accept connections for now: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            await _accepting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            await _next.DisposeAsync().ConfigureAwait(false);
        }
    }

    private NamedPipeServerStream Open(PipeOptions first) => new(
        _name,
        PipeDirection.InOut,
        NamedPipeServerStream.MaxAllowedServerInstances,
        PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly | first,
        inBufferSize: 64 << 10,
        outBufferSize: 64 << 10);
}
