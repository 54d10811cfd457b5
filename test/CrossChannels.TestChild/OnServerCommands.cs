using System.Diagnostics;
using System.Threading.Channels;
using CrossChannels.Nats;
using CrossChannels.Nats.Completion;

namespace CrossChannels.TestChild;

/// <summary>Processes that use a channel on a NATS server until they are killed.</summary>
internal static class OnServerCommands
{
    public const string Channel = "ends";

    /// <summary>How many items there are in a channel that is ended.</summary>
    public const int Count = 5;

    private static readonly BoundedChannelOptions s_capacity = new(10);

    /// <summary>Short, so that what others wait for comes within a test.</summary>
    public static NatsOptions OptionsOf(string space) => new()
    {
        Space = space,
        Storage = NatsStorage.Memory,
        PresenceTimeout = TimeSpan.FromSeconds(1),
        EndingTimeout = TimeSpan.FromSeconds(1),
        ConnectTimeout = TimeSpan.FromSeconds(60),
    };

    public static Task<SharedChannel<int>> CreateAsync(NatsChannels nats, string how) => nats.CreateBoundedAsync<int>(
        Channel,
        s_capacity,
        new SharedChannelOptions
        {
            Completion = how switch
            {
                "owner" => CompletionPolicy.Owner,
                "last" => CompletionPolicy.LastWriter(1),
                _ => CompletionPolicy.AnyWriter,
            },
        });

    /// <summary>Takes leases, says so, and keeps them.</summary>
    public static async Task<int> HoldAsync(string url, string space, string channel, int count)
    {
        await using NatsChannels nats = await NatsChannels.ConnectAsync(url, OptionsOf(space));
        await using LeasedReader<int> reader = await nats.OpenLeasedReaderAsync<int>(channel);
        List<Lease<int>> held = [];
        while (held.Count < count)
            held.Add(await reader.ReadAsync());
        await TestChildProgram.SayAsync("holds");
        await TestChildProgram.WaitForTestAsync();
        return held.Count;
    }

    /// <summary>Makes a channel, fills it, says so, and ends it; but is killed after a step of that.</summary>
    /// <param name="url">The server.</param>
    /// <param name="space">The space.</param>
    /// <param name="how"><c>any</c>, <c>last</c> and <c>owner</c> complete it by that policy; <c>abort</c> does that.</param>
    /// <param name="step">The step.</param>
    public static async Task<int> EndAsync(string url, string space, string how, CourseStep step)
    {
        NatsOptions options = OptionsOf(space) with
        {
            OnCourseStep = reached =>
            {
                if (reached == step)
                    Process.GetCurrentProcess().Kill();
            },
        };
        await using NatsChannels nats = await NatsChannels.ConnectAsync(url, options);
        await using SharedChannel<int> owner = await CreateAsync(nats, how);
        CrossChannelWriter<int> writer = how == "owner" ? owner.Writer : await nats.OpenWriterAsync<int>(Channel);
        for (int i = 0; i < Count; i++)
            await writer.WriteAsync(i);
        await writer.FlushAsync();
        await TestChildProgram.SayAsync("written");
        if (how == "abort")
            owner.Abort("enough");
        else
            writer.Complete();
        // Nobody but this process reads, so that it comes to each step by itself.
        if (how != "abort" && step >= CourseStep.Empty)
        {
            await foreach (int item in owner.Reader.ReadAllAsync())
                await TestChildProgram.SayAsync($"{item}");
        }
        await TestChildProgram.WaitForTestAsync();
        return 1;
    }
}
