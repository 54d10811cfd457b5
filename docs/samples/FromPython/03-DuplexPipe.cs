using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A pipe with two ends, of which the child gets one: it answers, and then it asks.</summary>
internal static class DuplexPipe
{
    public static async Task RunAsync()
    {
        (DuplexChannel<string, string> here, DuplexChannel<string, string> there) = CrossChannel.CreatePair<string, string>();
        await using WorkerProcess child = await WorkerProcess.StartAsync(TalkAsync, there);

        try
        {
            await there.Writer.WriteAsync("this end is the child's now");
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine($"refused: {e.Message}");
        }

        await here.Writer.WriteAsync("hello, child");
        Console.WriteLine($"parent got: {await here.Reader.ReadAsync()}");
        Console.WriteLine($"parent got: {await here.Reader.ReadAsync()}");
        await here.Writer.WriteAsync("fine, child");
    }

    private static async Task TalkAsync(DuplexChannel<string, string> parent)
    {
        Console.WriteLine($"child got: {await parent.Reader.ReadAsync()}");
        await parent.Writer.WriteAsync("hello, parent");
        await parent.Writer.WriteAsync("how are you?");
        Console.WriteLine($"child got: {await parent.Reader.ReadAsync()}");
    }
}
