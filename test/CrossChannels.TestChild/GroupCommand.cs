using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>Owns a channel, or writes to it, as one user of a group.</summary>
internal static class GroupCommand
{
    private static readonly ConnectionOptions s_link = OperatingSystem.IsWindows()
        ? throw new PlatformNotSupportedException()
        : new ConnectionOptions { AllowGroup = true };

    public static Task<int> OwnAsync(string user, string group, string path) => RunAsync(user, group, async () =>
    {
        await using SharedChannel<int> channel =
            await CrossChannel.CreateBoundedAsync<int>($"unix:{path}", 10, hub: new HubOptions { Connection = s_link });
        await TestChildProgram.SayAsync("listening");
        await TestChildProgram.SayAsync($"read {await channel.Reader.ReadAsync()}");
    });

    public static Task<int> WriteAsync(string user, string group, string path) => RunAsync(user, group, async () =>
    {
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>($"unix:{path}", connection: s_link);
        await writer.WriteAsync(7);
        await writer.FlushAsync();
        await TestChildProgram.SayAsync("written");
    });

    private static async Task<int> RunAsync(string user, string group, Func<Task> action)
    {
        OtherUser.Become(uint.Parse(user, CultureInfo.InvariantCulture), [uint.Parse(group, CultureInfo.InvariantCulture)]);
        try
        {
            await action();
        }
        catch (Exception e)
        {
            await TestChildProgram.SayAsync($"{e.GetType().Name}: {e.Message}");
        }

        return 0;
    }
}
