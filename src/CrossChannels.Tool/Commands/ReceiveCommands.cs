using System.CommandLine;
using CrossChannels.Tool.Items;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool.Commands;

/// <summary><c>receive</c>, <c>tail</c> and <c>drain</c>: items become lines. They take the items, as every reader does.</summary>
internal static class ReceiveCommands
{
    private static readonly Option<long?> s_count = new("--count", "-n") { Description = "Ends after so many items.", HelpName = "N" };
    private static readonly Option<TimeSpan?> s_timeout = CommonOptions.Time("--timeout", "Ends with 4 when no item has come for so long.");
    private static readonly Option<TimeSpan?> s_idle = CommonOptions.Time("--idle", "The channel counts as empty when nothing has come for so long. Default: 500ms.");
    private static readonly Option<bool> s_discard = new("--discard") { Description = "Does not print the items." };

    public static Command CreateReceive()
    {
        var (command, items, quiet) = Begin(
            "receive", "Takes items from a channel until it ends, and prints each as a line of JSON. An item of a leased channel is settled when its line has been written.");
        command.Add(s_count);
        command.Add(s_timeout);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            ChannelToUse channel = await items.FindAsync(parsed, cancellationToken);
            var loop = new ReceiveLoop(parsed.GetValue(s_count), parsed.GetValue(s_timeout));
            return await loop.RunAsync(channel, parsed.GetValue(quiet), cancellationToken);
        });
        return command;
    }

    public static Command CreateTail()
    {
        var (command, items, quiet) = Begin(
            "tail", "As receive, for ever: waits for the hub when it is gone, and for the next channel of that name when this one has ended.");
        command.SetAction((parsed, cancellationToken) => TailAsync(items, parsed, parsed.GetValue(quiet), cancellationToken));
        return command;
    }

    public static Command CreateDrain()
    {
        var (command, items, quiet) = Begin("drain", "Takes what is in a channel until it is empty, and ends.");
        command.Add(s_idle);
        command.Add(s_discard);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            ChannelToUse channel = await items.FindAsync(parsed, cancellationToken);
            var loop = new ReceiveLoop(count: null, parsed.GetValue(s_idle) ?? TimeSpan.FromMilliseconds(500)) { IsDrain = true, IsDiscarding = parsed.GetValue(s_discard) };
            return await loop.RunAsync(channel, parsed.GetValue(quiet), cancellationToken);
        });
        return command;
    }

    private static async Task<int> TailAsync(ItemArguments items, ParseResult parsed, bool isQuiet, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                ChannelToUse channel = await items.FindAsync(parsed, cancellationToken);
                await new ReceiveLoop(count: null, timeout: null).RunAsync(channel, isQuiet: true, cancellationToken);
                if (!isQuiet)
                    await Console.Error.WriteLineAsync($"crosschannels: {channel.Address} has ended; waiting for the next");
            }
            catch (Exception e) when (Ending.FromException(e) is { Kind: not EndingKind.Refused } ending)
            {
                if (!isQuiet)
                    await Console.Error.WriteLineAsync($"crosschannels: {(ending.Cause ?? e).Message}");
            }

            // Nothing says when the next one comes.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private static (Command Command, ItemArguments Items, Option<bool> Quiet) Begin(string name, string description)
    {
        var command = new Command(name, description);
        var items = new ItemArguments();
        items.AddTo(command);
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Says nothing on standard error." };
        command.Add(quiet);
        return (command, items, quiet);
    }
}

/// <summary>Reads a channel, and writes its items to standard output.</summary>
/// <param name="count">Ends after so many; null for no limit.</param>
/// <param name="timeout">How long to wait for an item; null for no limit.</param>
internal sealed class ReceiveLoop(long? count, TimeSpan? timeout)
{
    // Items of a leased channel are settled at least so often.
    private const int MaxUnsettled = 64;

    /// <summary>An empty channel is the end, and not a failure.</summary>
    public bool IsDrain { get; init; }

    public bool IsDiscarding { get; init; }

    public async Task<int> RunAsync(ChannelToUse channel, bool isQuiet, CancellationToken cancellationToken)
    {
        await using IReceiver receiver = await channel.OpenReaderAsync(cancellationToken);
        await using var output = new LineOutput();
        var progress = new TransferProgress("received", isQuiet);
        return await progress.ShowAsync(() => RunAsync(receiver, output, progress, cancellationToken));
    }

    private async Task<int> RunAsync(IReceiver receiver, LineOutput output, TransferProgress progress, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        while (!(progress.Count >= count))
        {
            if (await WaitAsync(receiver, cancellationToken) is not { } isMore)
                return IsDrain ? exitCode : ExitCode.TimedOut;
            if (!isMore)
                return exitCode;
            for (int taken = 0; taken < MaxUnsettled && !(progress.Count >= count); taken++)
            {
                try
                {
                    if (receiver.TryRead() is not { } line)
                        break;
                    if (!IsDiscarding)
                        await output.WriteAsync(line);
                    progress.Add();
                }
                catch (ItemUnreadableException e)
                {
                    await Console.Error.WriteLineAsync($"crosschannels: {e.Message}");
                    exitCode = ExitCode.Failure;
                }
            }

            // What has been written is there whatever happens next, and only then is it settled.
            await output.FlushAsync();
            await receiver.SettleAsync(cancellationToken);
        }
        return exitCode;
    }

    /// <summary>Whether there is an item, or the channel is over; null if the time is up.</summary>
    private async ValueTask<bool?> WaitAsync(IReceiver receiver, CancellationToken cancellationToken)
    {
        if (timeout is not { } limit)
            return await receiver.WaitAsync(cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            return await receiver.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
