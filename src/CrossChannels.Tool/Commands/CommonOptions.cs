using System.CommandLine;
using System.Globalization;

namespace CrossChannels.Tool.Commands;

/// <summary>What several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>An address, of a hub or of what it owns.</summary>
    public static Argument<ChannelAddress> Address(string description) => new("ADDRESS")
    {
        Description = description,
        CustomParser = static result =>
        {
            if (ChannelAddress.TryParse(result.Tokens[0].Value, null, out ChannelAddress? address))
                return address;
            try
            {
                _ = ChannelAddress.Parse(result.Tokens[0].Value);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                result.AddError(e.Message);
            }
            return null!;
        },
    };

    /// <summary>A time such as <c>500ms</c>, <c>5s</c> or <c>2m</c>.</summary>
    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = $"{description} Such as 500ms, 5s or 2m.",
        HelpName = "TIME",
        CustomParser = static result =>
        {
            if (ParseTime(result.Tokens[0].Value) is { } time)
                return time;
            result.AddError($"'{result.Tokens[0].Value}' is not a time: 500ms, 5s or 2m, at most a day.");
            return null;
        },
    };

    private static TimeSpan? ParseTime(string text)
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
            : null;
    }
}

/// <summary>How a command gets to a hub.</summary>
internal sealed class ConnectOptions
{
    private readonly Option<TimeSpan?> _timeout = CommonOptions.Time("--connect-timeout", "How long to wait for the hub. Default: 10s.");
    private readonly Option<FileInfo?> _key = new("--key-file") { Description = "A file with the key that the hub requires.", HelpName = "FILE" };
    private readonly Option<bool> _plain = new("--allow-plain-tcp") { Description = "Lets a tcp:// address, on loopback, go without TLS." };

    public void AddTo(Command command)
    {
        command.Add(_timeout);
        command.Add(_key);
        command.Add(_plain);
    }

    public ConnectionOptions Read(ParseResult parsed)
    {
        var options = new ConnectionOptions
        {
            AllowPlainTcp = parsed.GetValue(_plain),
            Key = parsed.GetValue(_key) is { } file ? File.ReadAllBytes(file.FullName) : default,
        };
        return parsed.GetValue(_timeout) is { } timeout ? options with { ConnectTimeout = timeout } : options;
    }
}
