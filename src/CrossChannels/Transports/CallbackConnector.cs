using System.IO.Pipelines;
using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>Connects as the program says, and not by the address's own transport.</summary>
internal sealed class CallbackConnector(ChannelAddress address, Func<ChannelAddress, CancellationToken, ValueTask<IDuplexPipe>> connect) : ITransportConnector
{
    public string Endpoint => address.ToString();

    public async ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            IDuplexPipe pipe = await connect(address, cancellationToken).ConfigureAwait(false);
            return new PipeTransportConnection(pipe, Endpoint);
        }
        catch (Exception e) when (e is SocketException or (IOException and not CrossChannelException))
        {
            return e;
        }
    }
}
