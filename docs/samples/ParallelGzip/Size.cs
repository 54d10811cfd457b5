namespace ParallelGzip;

/// <summary>Bytes for people.</summary>
internal static class Size
{
    public static string Text(double bytes) => bytes switch
    {
        >= 1e9 => $"{bytes / 1e9:N2} GB",
        >= 1e6 => $"{bytes / 1e6:N1} MB",
        >= 1e3 => $"{bytes / 1e3:N1} kB",
        _ => $"{bytes:N0} bytes",
    };
}
