using System.Text.Json;
using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>One child puts a list, the other prints it. The parent only starts them; its exit waits for both, and keeps the queue until then.</summary>
internal static class TwoChildren
{
    public static async Task RunAsync()
    {
        SharedChannel<string[]> queue = await CrossChannel.CreateUnboundedAsync<string[]>(ChannelAddress.Unique("greetings"));
        await WorkerProcess.StartAsync(PutAsync, queue.Writer);
        await WorkerProcess.StartAsync(PrintAsync, queue.Reader);
    }

    private static async Task PutAsync(ChannelWriter<string[]> queue) => await queue.WriteAsync(["helloworld"]);

    private static async Task PrintAsync(ChannelReader<string[]> queue) => Console.WriteLine(JsonSerializer.Serialize(await queue.ReadAsync()));
}
