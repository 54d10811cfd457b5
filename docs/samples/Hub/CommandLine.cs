using System.Globalization;

namespace Hub;

/// <summary>What the user asked for.</summary>
internal sealed record CommandLine
{
    public const string Help = """
        Holds channels and locks that other processes open by name.

          Hub ADDRESS [--bounded NAME:CAPACITY] [--unbounded NAME] [--leased NAME[:CAPACITY]] ... [options]

        ADDRESS        where it listens, such as build; others open build#NAME
        --bounded      a channel with a capacity
        --unbounded    a channel without
        --leased       a channel whose items are settled one by one
                       Each may be given many times. What follows a name, separated by commas:
                         end=any        the first Complete() ends the channel (default)
                         end=last:N     it ends when N writers have come and completed their part
                         end=owner      it ends with this process only
                         deliveries=N   leased: after N deliveries an item goes to NAME.dead-letters
        --lock         a lock; may be given many times
        --status       asks the hub that runs at ADDRESS how it is, and ends
        --drain TIME   how long readers may drain when this ends, such as 500ms, 5s or 2m; default: 5s
        -h, --help     this text

        Ctrl+C and SIGTERM end it: it takes no more connections and no more items, and waits until what it holds has been read.
        Exit code: 0 nothing was left, 1 failed, 2 the command line is wrong, 3 items were left.
        """;

    public string Address { get; private init; } = "";

    public IReadOnlyList<ChannelSpec> Channels { get; private init; } = [];

    public IReadOnlyList<string> Locks { get; private init; } = [];

    /// <summary>Only ask one that runs.</summary>
    public bool Status { get; private init; }

    public TimeSpan DrainTimeout { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads the arguments; null if help is asked for.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static CommandLine? Parse(string[] args)
    {
        var result = new CommandLine();
        for (int i = 0; i < args.Length; i++)
        {
            string arg = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new UsageException($"{arg} needs a value.");
            switch (arg)
            {
                case "-h" or "--help":
                    return null;
                case "--bounded" or "--unbounded" or "--leased":
                    result = result with { Channels = [.. result.Channels, ChannelSpec.Parse(arg, Value())] };
                    break;
                case "--lock":
                    result = result with { Locks = [.. result.Locks, Value()] };
                    break;
                case "--status":
                    result = result with { Status = true };
                    break;
                case "--drain":
                    result = result with { DrainTimeout = ParseTime(Value()) };
                    break;
                case ['-', ..]:
                    throw new UsageException($"{arg} is no option.");
                default:
                    result = result.Address.Length == 0 ? result with { Address = arg } : throw new UsageException($"'{arg}' is a second address.");
                    break;
            }
        }

        if (result.Address.Length == 0)
            throw new UsageException("Where to listen is missing.");
        return result.Channels.Count + result.Locks.Count > 0 || result.Status ? result : throw new UsageException("There is nothing to hold.");
    }

    private static TimeSpan ParseTime(string text)
    {
        (double unit, int letters) = text switch
        {
            [.., 'm', 's'] => (0.001, 2),
            [.., 's'] => (1, 1),
            [.., 'm'] => (60, 1),
            _ => (0.0, 0),
        };
        return letters > 0 && double.TryParse(text[..^letters], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * unit <= 24 * 3600
            ? TimeSpan.FromSeconds(number * unit)
            : throw new UsageException($"'{text}' is no time: 500ms, 5s or 2m, at most a day.");
    }
}
