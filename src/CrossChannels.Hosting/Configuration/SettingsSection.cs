using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace CrossChannels.Hosting;

/// <summary>A section of the configuration, read key by key: a value that cannot be read, is out of range, or has a name that nothing reads is a failure with its full path.</summary>
/// <remarks>Read by hand, because the records of the core have no setters, a mistyped key must not be passed over, and trimmed programs bind nothing by reflection.</remarks>
internal sealed class SettingsSection(IConfigurationSection section, List<string> failures)
{
    private readonly SortedSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The sections below, by their keys.</summary>
    public IEnumerable<(string Key, SettingsSection Section)> Children => section.GetChildren().Select(child => (child.Key, new SettingsSection(child, failures)));

    /// <summary>A section below; null where there is none.</summary>
    public SettingsSection? Section(string key)
    {
        _known.Add(key);
        IConfigurationSection child = section.GetSection(key);
        return child.Exists() ? new SettingsSection(child, failures) : null;
    }

    public string? Text(string key)
    {
        _known.Add(key);
        return section[key] is { Length: > 0 } text ? text : null;
    }

    /// <summary>Varies options by the value of a key, where there is one.</summary>
    public TOptions Set<TOptions, TValue>(TOptions options, string key, Func<string, TValue> parse, Func<TOptions, TValue, TOptions> set)
    {
        if (Text(key) is not { } text)
            return options;
        try
        {
            return set(options, parse(text));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            Fail(key, e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message);
            return options;
        }
    }

    public void Fail(string key, string message) => failures.Add($"{section.Path}:{key}: {message}");

    /// <summary>Has every key of the section been asked for?</summary>
    public void RefuseOthers()
    {
        foreach (string key in section.GetChildren().Select(child => child.Key).Where(key => !_known.Contains(key)))
            Fail(key, $"there is no such setting. There are: {string.Join(", ", _known)}.");
    }

    public static TimeSpan Time(string text)
    {
        if (string.Equals(text, "infinite", StringComparison.OrdinalIgnoreCase))
            return Timeout.InfiniteTimeSpan;
        // "5" would be five days.
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time)
            ? time
            : throw new FormatException($"'{text}' is not a time such as 00:00:05, or 'infinite'.");
    }

    public static int Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : throw new FormatException($"'{text}' is not a whole number below 2^31.");

    public static long LongNumber(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw new FormatException($"'{text}' is not a whole number.");

    public static bool Flag(string text) => bool.TryParse(text, out bool flag) ? flag : throw new FormatException($"'{text}' is neither true nor false.");

    public static TEnum Choice<TEnum>(string text)
        where TEnum : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out TEnum value) && Enum.IsDefined(value)
            ? value
            : throw new FormatException($"'{text}' is none of {string.Join(", ", Enum.GetNames<TEnum>())}.");
}
