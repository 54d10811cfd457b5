using System.CommandLine;
using CrossChannels.Tool.Items;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool.Commands;

/// <summary><c>dead-letters</c>: what was delivered too often, to look at, to try again, or to throw away.</summary>
internal static class DeadLetterCommands
{
    private const string Suffix = "dead-letters";

    // A letter that is on its way to this process is there within it.
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(500);

    public static Command Create() => new("dead-letters", "Items of a leased channel that were delivered too often.")
    {
        Create("list", "Prints the dead letters of a channel as lines of JSON, and leaves them there. Each is taken and put back behind the others, so that two lists at a time disturb each other.", ListAsync),
        Create("requeue", "Puts the dead letters of a channel back into it.", RequeueAsync),
        Create("purge", "Throws the dead letters of a channel away.", PurgeAsync),
    };

    private static Command Create(string name, string description, Func<Letters, Task> act)
    {
        var address = CommonOptions.Address("The leased channel, such as build#work.");
        var connect = new ConnectOptions();
        var command = new Command(name, description) { address };
        connect.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Letters letters = await Letters.FindAsync(parsed.GetRequiredValue(address), connect.Read(parsed), cancellationToken);
            await act(letters);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task ListAsync(Letters letters)
    {
        await using var output = new LineOutput();
        await using ISender back = await letters.Dead.OpenWriterAsync(letters.CancellationToken);
        await letters.TakeAsync(async line =>
        {
            // Back before it is shown: who stops this command loses nothing but the place in the order.
            await back.WriteAsync(line, letters.CancellationToken);
            await back.FlushAsync(letters.CancellationToken);
            await output.WriteAsync(line);
        });
        await output.FlushAsync();
    }

    private static async Task RequeueAsync(Letters letters)
    {
        await using ISender channel = await letters.Channel.OpenWriterAsync(letters.CancellationToken);
        long count = await letters.TakeAsync(async line =>
        {
            await channel.WriteAsync(line, letters.CancellationToken);
            await channel.FlushAsync(letters.CancellationToken);
        });
        await Console.Error.WriteLineAsync($"requeued {count:N0} items");
    }

    private static async Task PurgeAsync(Letters letters)
    {
        long count = await letters.TakeAsync(static _ => Task.CompletedTask);
        await Console.Error.WriteLineAsync($"purged {count:N0} items");
    }

    /// <summary>A leased channel, and that of its dead letters.</summary>
    private sealed record Letters(ChannelToUse Channel, ChannelToUse Dead, CancellationToken CancellationToken)
    {
        public static async Task<Letters> FindAsync(ChannelAddress address, ConnectionOptions connection, CancellationToken cancellationToken)
        {
            ChannelStatus channel = await CrossChannel.GetChannelStatusAsync(address, connection, cancellationToken);
            if (!channel.IsLeased)
                throw new UsageException($"'{address}' is not a leased channel, and has no dead letters. Name the channel, not that of its letters.");
            ChannelAddress letters = address.WithChannel(string.IsNullOrEmpty(address.Channel) ? Suffix : $"{address.Channel}.{Suffix}");
            ChannelStatus dead = await CrossChannel.GetChannelStatusAsync(letters, connection, cancellationToken);
            ItemFormat format = ItemFormat.Of(channel, null, null);
            return new Letters(new ChannelToUse(address, connection, channel, format), new ChannelToUse(letters, connection, dead, format), cancellationToken);
        }

        /// <summary>Takes those that are there now, one after the other.</summary>
        public async Task<long> TakeAsync(Func<string, Task> use)
        {
            await using IReceiver receiver = await Dead.OpenReaderAsync(CancellationToken);
            for (long count = 0; ; count++)
            {
                if (count == Dead.Status.Depth || !await WaitAsync(receiver))
                    return count;
                if (receiver.TryRead() is { } line)
                    await use(line);
            }
        }

        private async Task<bool> WaitAsync(IReceiver receiver)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
            deadline.CancelAfter(s_idle);
            try
            {
                return await receiver.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!CancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }
}
