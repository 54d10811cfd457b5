using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

/// <summary>What the tests of transports share.</summary>
internal static class TransportTest
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static string UniqueName() => $"test-{Guid.NewGuid():N}";

    public static async Task<T> InTime<T>(this ValueTask<T> task) => await task.AsTask().WaitAsync(Deadline);

    public static async Task InTime(this ValueTask task) => await task.AsTask().WaitAsync(Deadline);

    public static Task<ITransportListener> ListenAsync(ChannelAddress address, ConnectionOptions? settings = null) =>
        Transport.ListenAsync(address, settings ?? new ConnectionOptions(), CancellationToken.None).Done();

    public static Task<TransportConnection> ConnectAsync(ChannelAddress address, ConnectionOptions? settings = null) =>
        Transport.ConnectAsync(address, settings ?? new ConnectionOptions(), CancellationToken.None).Done();

    public static Task<TransportConnection> AcceptAsync(this ITransportListener listener) =>
        listener.AcceptAsync(CancellationToken.None).Done();

    /// <summary>Both ends of a new connection, trusted.</summary>
    public static async Task<(TransportConnection Client, TransportConnection Server)> PairAsync(
        ITransportListener listener, ConnectionOptions? settings = null)
    {
        TransportConnection client = await ConnectAsync(listener.Address, settings);
        TransportConnection server = await listener.AcceptAsync();
        await Task.WhenAll(
            client.AuthenticateAsync(CancellationToken.None).Done(),
            server.AuthenticateAsync(CancellationToken.None).Done());
        return (client, server);
    }
}
