using System.Globalization;
using CrossChannels.Nats.Completion;
using CrossChannels.TestChild.Checked;
using CrossChannels.Workers;

namespace CrossChannels.TestChild;

/// <summary>The second process of the tests: the first argument is a command, what it finds goes to standard output, a line each.</summary>
internal static class TestChildProgram
{
    public static Task<int> Main(string[] args) => args switch
    {
        [] when WorkerProcess.IsWorker => WorkerProcess.RunAsync(WorkerParent.Listed),
        ["start-workers", string count] => WorkerParent.StartManyAsync(Number(count)),
        ["start-workers-and-wait"] => WorkerParent.StartAndWaitAsync(),
        ["start-workers-and-return", string address] => WorkerParent.StartAndReturnAsync(address),
        ["start-worker", string hasLine] => WorkerParent.StartOneAsync(bool.Parse(hasLine)),
        ["map-in-pool", string hasLine] => WorkerParent.MapAsync(bool.Parse(hasLine)),
        ["wait"] => WaitCommand.RunAsync(),
        ["listen", string address] => ListenCommand.RunAsync(address),
        ["out-of-files", string address] => OutOfFilesCommand.RunAsync(address),
        ["lack-segments", string how, string address] => LackSegmentsCommand.RunAsync(how, address),
        ["own-hub-without-segments", string how, string address] => LackSegmentsCommand.OwnHubAsync(how, address),
        ["use-hub-without-segments", string how, string address] => LackSegmentsCommand.UseHubAsync(how, address),
        ["few-files", string directory, string left] => FewFilesCommand.RunAsync(directory, Number(left)),
        ["own-hub-with-few-files", string address] => FewFilesHubCommand.RunAsync(address),
        ["write-rented", string address, string count] => RentCommands.WriteAsync(address, Number(count)),
        ["hold-rented", string address, string count] => RentCommands.HoldAsync(address, Number(count)),
        ["own-for-group", string user, string group, string path] => GroupCommand.OwnAsync(user, group, path),
        ["write-for-group", string user, string group, string path] => GroupCommand.WriteAsync(user, group, path),
        ["write-forever", string longs, string bytes, string jobs] => WriteForeverCommand.RunAsync(longs, bytes, jobs),
        ["block-at-exit", string what, string address] => BlockAtExitCommand.RunAsync(what, address),
        ["leave", string how, string address, string count] => LeaveCommand.RunAsync(how, address, int.Parse(count, CultureInfo.InvariantCulture)),
        ["read", string address, string count, string capacity] =>
            ReadCommand.RunAsync(address, long.Parse(count, CultureInfo.InvariantCulture), int.Parse(capacity, CultureInfo.InvariantCulture)),
        ["listen-and-read", string address] => ReadCommand.ListenAsync(address),
        ["own-channel", string address] => ChannelOwnerCommand.RunAsync(address),
        ["use-lock", string address] => UseLockCommand.RunAsync(address),
        ["starve", string what, string address] => StarveCommand.RunAsync(what, address),
        ["own-lock", string address] => OwnLockCommand.RunAsync(address),
        ["connect-as-user", string user, string path] => ConnectAsUserCommand.RunAsync(user, path),
        ["make-directory-as-user", string user, string path] => MakeDirectoryAsUserCommand.RunAsync(user, path),
        ["listen-as-user", string user, string path] => ListenAsUserCommand.RunAsync(user, path),
        ["write-items", string address, string count, string ending] => WriteItemsCommand.RunAsync(address, count, ending),
        ["read-items", string address, string count, string ending] => ReadItemsCommand.RunAsync(address, count, ending),
        ["write-shared", string address, string count, string ending] => SharedItemsCommand.WriteAsync(address, count, ending),
        ["read-shared", string address] => SharedItemsCommand.ReadAsync(address),
        ["leave-unread", string address] => SharedItemsCommand.LeaveUnreadAsync(address),
        ["echo-items", string address] => EchoItemsCommand.RunAsync(address),
        ["write-numbered", string address, string kind, string writer, string count, string seed, string fate, string at, string delay, string journal] =>
            NumberedWriterCommand.RunAsync(address, kind, Number(writer), Number(count), Number(seed), new Fate(fate, Number(at), Number(delay)), journal),
        ["read-numbered", string address, string kind, string leased, string seed, string fate, string at, string delay, string journal] =>
            NumberedReaderCommand.RunAsync(address, kind, bool.Parse(leased), Number(seed), new Fate(fate, Number(at), Number(delay)), journal),
        ["produce-numbers", string address, string mostPause] => ProduceNumbersCommand.RunAsync(address, Number(mostPause)),
        ["consume-numbers", string address, string mostPause] => ConsumeNumbersCommand.RunAsync(address, Number(mostPause)),
        ["cook", string address, string name] => CookCommand.RunAsync(address, name),
        ["eat", string address] => EatCommand.RunAsync(address),
        ["process-tasks", string tasks, string results] => ProcessTasksCommand.RunAsync(tasks, results),
        ["start-two", string address] => Task.FromResult(StartTwoCommand.Run(address)),
        ["put-greeting", string address] => PutGreetingCommand.RunAsync(address),
        ["print-greeting", string address] => PrintGreetingCommand.RunAsync(address),
        ["fill-queue", string address] => FillQueueCommand.RunAsync(address),
        ["put-texts", string address, .. string[] texts] => PutTextsCommand.RunAsync(address, texts),
        ["take-texts", string address] => TakeTextsCommand.RunAsync(address),
        ["own-hub", string address, string capacity, string count, string how] => OwnHubCommand.RunAsync(address, Number(capacity), Number(count), how),
        ["own-for-reconnect", string address, string listenTimeout] => OwnForReconnectCommand.RunAsync(address, Number(listenTimeout)),
        ["write-on-word", string address] => WriteOnWordCommand.RunAsync(address),
        ["read-on-word", string address, string leased] => ReadOnWordCommand.RunAsync(address, bool.Parse(leased)),
        ["take-turns", string address, string turns, string marker, string isLost] => TakeTurnsCommand.RunAsync(address, Number(turns), marker, bool.Parse(isLost)),
        ["own-lock-hub", string address] => OwnLockHubCommand.RunAsync(address),
        ["open-end", string kind, string ticket, string how] => OpenEndCommand.RunAsync(kind, ticket, how),
        ["use-at-exit", string address, string how] => UseAtExitCommand.RunAsync(address, how),
        ["multiplex-blobs", string address, string channels] => MultiplexCommands.WriteBlobsAsync(address, Number(channels)),
        ["multiplex-wait", string address, string channels] => MultiplexCommands.AcceptAndWaitAsync(address, Number(channels)),
        ["multiplex-pipes"] => MultiplexCommands.EchoOverPipesAsync(),
        ["multiplex-use-hub", string address] => MultiplexCommands.UseHubAsync(address),
        ["multiplex-own-hub", string address] => MultiplexCommands.OwnHubAsync(address),
        ["echo-items"] => EchoItemsCommand.RunAsync(null),
        ["use-server", string role, string url, string space, string id, string seed, string journal] => CheckedCommand.RunAsync(role, url, space, Number(id), Number(seed), journal),
        ["hold-on-server", string url, string space, string channel, string count] => OnServerCommands.HoldAsync(url, space, channel, Number(count)),
        ["end-on-server", string url, string space, string how, string step] => OnServerCommands.EndAsync(url, space, how, Enum.Parse<CourseStep>(step)),
        _ => throw new ArgumentException($"'{string.Join(' ', args)}' is no command.", nameof(args)),
    };

    /// <summary>Says something to the test at once.</summary>
    public static async Task SayAsync(string line)
    {
        await Console.Out.WriteLineAsync(line);
        await Console.Out.FlushAsync();
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Waits until the test closes the standard input, or dies.</summary>
    public static async Task WaitForTestAsync()
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }
}
