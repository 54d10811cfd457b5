using System.Net;
using System.Net.Sockets;

namespace CrossChannels.Nats;

/// <summary>Ports of loopback for servers that must know each other's before they start.</summary>
internal static class FreePorts
{
    /// <summary>Finds different ones, which are free now.</summary>
    public static int[] Find(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
            listener.Dispose();
        return ports;
    }
}
