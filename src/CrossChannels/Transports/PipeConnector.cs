using System.IO.Pipes;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>Connects to a named pipe of Windows that this user owns.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PipeConnector(string name) : ITransportConnector
{
    private readonly string _pipe = PipeListener.PipeName(name);

    public string Endpoint => $"pipe:{name} (pipe '{_pipe}')";

    public async ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        NamedPipeClientStream stream = new(".", _pipe, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await stream.ConnectAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            return new PipeConnection(stream, $"pipe:{name}");
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return e;
        }
        catch (UnauthorizedAccessException e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new LinkRefusedException($"{Endpoint} belongs to another user. Both ends must run as the same user.", e);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>A connection over a named pipe of Windows; the system admits only this user.</summary>
internal sealed class PipeConnection(PipeStream stream, string remoteEndpoint) : TransportConnection
{
    public override string RemoteEndpoint { get; } = remoteEndpoint;

    public override Stream Input => stream;

    public override Stream Output => stream;

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
