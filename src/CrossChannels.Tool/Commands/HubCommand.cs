using System.CommandLine;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool.Commands;

/// <summary><c>hub</c>: holds channels and locks that other processes open by name.</summary>
internal static class HubCommand
{
    private static readonly Argument<ChannelAddress> s_address = CommonOptions.Address("Where it listens, such as build; others open build#NAME.");
    private static readonly Option<string[]> s_bounded = Channels("--bounded", "A channel with a capacity.", "NAME:CAPACITY");
    private static readonly Option<string[]> s_unbounded = Channels("--unbounded", "A channel without a capacity.", "NAME");
    private static readonly Option<string[]> s_leased = Channels(
        "--leased", "A channel whose items are settled one by one. With deliveries=N an item that comes back so often goes to NAME.dead-letters.", "NAME[:CAPACITY]");

    private static readonly Option<string[]> s_locks = Channels("--lock", "A lock.", "NAME");
    private static readonly Option<TimeSpan?> s_drain = CommonOptions.Time("--drain", "How long readers may drain when it ends. Default: 5s.");
    private static readonly Option<FileInfo?> s_key = new("--require-key-file") { Description = "A file with the key that others must show.", HelpName = "FILE" };
    private static readonly Option<bool> s_plain = new("--allow-plain-tcp") { Description = "Lets a tcp:// address, on loopback, go without TLS." };

    public static Command Create()
    {
        var command = new Command(
            "hub", "Holds channels and locks that other processes open by name, until SIGTERM or Ctrl+C. What follows a channel's name, separated by commas: " +
            "end=any (the first Complete ends it; default), end=last:N (when N writers have come and completed), end=owner (with this process only).")
        {
            s_address, s_bounded, s_unbounded, s_leased, s_locks, s_drain, s_key, s_plain,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ChannelSpec[] channels = [.. Specs(parsed, s_bounded), .. Specs(parsed, s_unbounded), .. Specs(parsed, s_leased)];
        string[] locks = parsed.GetValue(s_locks) ?? [];
        if (channels.Length + locks.Length == 0)
            throw new UsageException("There is nothing to hold: name channels or locks.");
        ReadOnlyMemory<byte> key = parsed.GetValue(s_key) is { } file ? await File.ReadAllBytesAsync(file.FullName, cancellationToken) : default;
        TimeSpan drain = parsed.GetValue(s_drain) ?? TimeSpan.FromSeconds(5);
        var connection = new ConnectionOptions
        {
            Logger = new ErrorLog(),
            RequiredKeyToRead = key,
            RequiredKeyToWrite = key,
            AllowPlainTcp = parsed.GetValue(s_plain),
        };
        await using ChannelHub hub = await ChannelHub.StartAsync(parsed.GetRequiredValue(s_address), new HubOptions { Connection = connection }, cancellationToken);
        foreach (ChannelSpec channel in channels)
            channel.Declare(hub);
        foreach (string name in locks)
            hub.CreateLock(name);
        await Console.Error.WriteLineAsync($"hub: listening at {hub.Address}");

        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Console.Error.WriteLineAsync($"hub: ending; readers have {drain.TotalSeconds:0.###} s");
        long left = await hub.ShutDownAsync(drain);
        await Console.Error.WriteLineAsync(left == 0 ? "hub: ended; everything was read" : $"hub: ended; {left:N0} items were left");
        return left == 0 ? ExitCode.Success : ExitCode.ItemsLeft;
    }

    private static IEnumerable<ChannelSpec> Specs(ParseResult parsed, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).Select(text => ChannelSpec.Parse(option.Name, text));

    private static Option<string[]> Channels(string name, string description, string helpName) => new(name)
    {
        Description = $"{description} May be given many times.",
        HelpName = helpName,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };
}
