using CrossChannels.Transports;

namespace CrossChannels.TestChild;

/// <summary>Listens at an address until the test lets it go, or kills it.</summary>
internal static class ListenCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using ITransportListener listener = await Transport.ListenAsync(address, new ConnectionOptions(), CancellationToken.None);
        await TestChildProgram.SayAsync(listener.Address.ToString());
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
