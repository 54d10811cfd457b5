using CrossChannels.Transports;

namespace CrossChannels.TestChild;

/// <summary>Listens, connects, makes a pair and stops to listen, first as ever and then with hardly a file descriptor; says how each went.</summary>
internal static class FewFilesCommand
{
    public static async Task<int> RunAsync(string directory, int left)
    {
        ITransportListener live = await ListenAsync($"unix:{directory}/live.sock");

        // Once without a lack, so that all code is loaded that has to be.
        string[] normal = [.. await TryAllAsync(directory, "1", live.Address)];
        await FileHoard.StartPoolThreadsAsync();
        string[] lacking;
        bool isGone;
        using (FileHoard.TakeAll(left))
        {
            lacking = [.. await TryAllAsync(directory, "2", live.Address)];
            await live.DisposeAsync();
            isGone = !File.Exists($"{directory}/live.sock");
        }

        foreach (string line in (string[])[.. normal, .. lacking, isGone ? "gone" : "still there"])
            await TestChildProgram.SayAsync(line);
        return 0;
    }

    private static async Task<List<string>> TryAllAsync(string directory, string suffix, ChannelAddress live) =>
    [
        await TryAsync(async () => await (await ListenAsync($"unix:{directory}/{suffix}.sock")).DisposeAsync()),
        await TryAsync(async () => await (await Transport.ConnectAsync(live, new ConnectionOptions(), CancellationToken.None)).DisposeAsync()),
        await TryAsync(async () => await (await ListenAsync("tcp://127.0.0.1:0")).DisposeAsync()),
        await TryAsync(async () => await Transport.ConnectAsync(
            "tcp://127.0.0.1:9", new ConnectionOptions { AllowPlainTcp = true, ConnectTimeout = TimeSpan.Zero }, CancellationToken.None)),
        await TryAsync(PassOneAsync),
    ];

    private static async Task<string> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return "works";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static ValueTask<ITransportListener> ListenAsync(ChannelAddress address) =>
        Transport.ListenAsync(address, new ConnectionOptions { AllowPlainTcp = true }, CancellationToken.None);

    private static async Task PassOneAsync()
    {
        (DuplexChannel<int, NoItem> here, DuplexChannel<NoItem, int> there) = CrossChannel.CreatePair<int, NoItem>();
        await using (here)
        await using (there)
        {
            await here.Writer.WriteAsync(1);
            await there.Reader.ReadAsync();
        }
    }
}
