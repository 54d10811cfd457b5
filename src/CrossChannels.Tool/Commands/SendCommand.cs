using System.CommandLine;
using System.Text.Json;
using CrossChannels.Tool.Items;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool.Commands;

/// <summary><c>send</c>: lines become items.</summary>
internal static class SendCommand
{
    private static readonly ItemArguments s_items = new();
    private static readonly Argument<string[]> s_lines = new("ITEMS") { Description = "Items, each a JSON value. Default: the lines of standard input.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<bool> s_complete = new("--complete") { Description = "Completes the channel at the end: readers finish when they have drained it." };
    private static readonly Option<bool> s_join = new("--join") { Description = "Waits until every item has been read, and settled in a leased channel." };
    private static readonly Option<bool> s_quiet = new("--quiet", "-q") { Description = "Does not say how much was sent." };

    public static Command Create()
    {
        var command = new Command("send", "Sends items to a channel, one JSON value a line, and waits until the hub has them.");
        s_items.AddTo(command);
        command.Add(s_lines);
        command.Add(s_complete);
        command.Add(s_join);
        command.Add(s_quiet);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ChannelToUse channel = await s_items.FindAsync(parsed, cancellationToken);
        await using ISender sender = await channel.OpenWriterAsync(cancellationToken);
        var progress = new TransferProgress("sent", parsed.GetValue(s_quiet));
        return await progress.ShowAsync(async () =>
        {
            await SendAsync(sender, ReadLinesAsync(parsed.GetValue(s_lines) ?? [], cancellationToken), progress, cancellationToken);
            await sender.FlushAsync(cancellationToken);
            if (parsed.GetValue(s_join))
                await sender.JoinAsync(cancellationToken);
            if (parsed.GetValue(s_complete))
                sender.Complete();
            long unreceived = await sender.CloseAsync();
            if (unreceived == 0)
                return ExitCode.Success;
            await Console.Error.WriteLineAsync($"crosschannels: {unreceived:N0} items were not received by the hub");
            return ExitCode.ItemsLeft;
        });
    }

    private static async Task SendAsync(ISender sender, IAsyncEnumerable<string> lines, TransferProgress progress, CancellationToken cancellationToken)
    {
        long number = 0;
        await foreach (string line in lines.WithCancellation(cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                await sender.WriteAsync(line, cancellationToken);
            }
            catch (Exception e) when (e is JsonException or FormatException or OverflowException)
            {
                throw new UsageException($"Line {number:N0} is not an item of the channel: {e.Message} The {progress.Count:N0} before it were sent.");
            }
            progress.Add();
        }
    }

    private static async IAsyncEnumerable<string> ReadLinesAsync(
        string[] given, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string line in given)
            yield return line;
        if (given.Length > 0)
            yield break;
        using var input = new StreamReader(Console.OpenStandardInput());

        // A terminal, and a pipe, do not hear of a cancellation while they are read.
        while (await input.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken) is { } line)
            yield return line;
    }
}
