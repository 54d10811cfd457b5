using System.Globalization;

namespace EndToEnd.Results;

/// <summary>Numbers as people read them.</summary>
internal static class Figure
{
    public const string None = "-";

    /// <summary>Three significant digits, with G, M or k where the number is large.</summary>
    public static string Of(double? value) => value switch
    {
        null => None,
        double number when Math.Abs(number) >= 1e9 => Digits(number / 1e9) + " G",
        double number when Math.Abs(number) >= 1e6 => Digits(number / 1e6) + " M",
        double number when Math.Abs(number) >= 1e4 => Digits(number / 1e3) + " k",
        double number => Digits(number),
    };

    /// <summary>With its unit: 12.4 ms and not 12.4 k us, 1.35 GB/s and not 1.35 G B/s.</summary>
    public static string Of(double? value, string unit)
    {
        if (value is null)
            return None;
        if (unit is "us" or "ns" && Math.Abs(value.Value) >= 1e4)
            return Of(value / 1e3, unit == "us" ? "ms" : "us");
        string figure = Of(value);
        return unit.StartsWith('B') && char.IsAsciiLetter(figure[^1]) ? figure + unit : $"{figure} {unit}";
    }

    public static string Percent(double? fraction) =>
        fraction is { } value ? (value * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %" : None;

    public static string PValue(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A step of a series: a whole number.</summary>
    public static string Step(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Rounds(int rounds, double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"rounds of {seconds} s: {rounds}");

    /// <summary>A ratio, or the value itself where there is no baseline.</summary>
    public static string RatioOf(Row row, double? value) => row.Baseline is null ? Of(value) : Of(value) + "x";

    /// <summary>How far the median can be off.</summary>
    public static string IntervalOf(Row row) => row.Low is null ? None : $"{Of(row.Low)} to {Of(row.High)}";

    public static string TargetOf(Row row) => row.Target is null ? None
        : string.Create(CultureInfo.InvariantCulture, $"{(row.Direction == Direction.AtLeast ? ">=" : "<=")} {row.Target}{(row.Baseline is null ? "" : "x")}");

    private static int Decimals(double number) => number == 0 ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(number))), 0, 5);

    private static string Digits(double number)
    {
        int decimals = Decimals(number);
        // What is rounded up to the next power of ten, as 99.96 is, has a digit less after the point.
        decimals = Decimals(Math.Round(number, decimals));
        return number.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
